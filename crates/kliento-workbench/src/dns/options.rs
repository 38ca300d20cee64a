//! The command line of `cargo xtask dns up`.

/// The command-line options: the records to serve, and the duration.
#[derive(Debug)]
pub(super) struct Options {
    /// The maximum duration, in seconds.
    pub(super) seconds: u64,
    /// Names, with a final dot, and the data of a TXT record at each in presentation format.
    pub(super) txt: Vec<(String, String)>,
}

impl Options {
    /// Reads the arguments after `up`.
    pub(super) fn parse(arguments: &[&str]) -> Result<Self, String> {
        const DEFAULT_SECONDS: u64 = 600;
        let mut options = Self { seconds: DEFAULT_SECONDS, txt: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            let mut value =
                || arguments.next().copied().ok_or_else(|| format!("{argument} needs a value"));
            match argument {
                "--for" => {
                    let text = value()?;
                    options.seconds =
                        text.parse().map_err(|_| format!("{text:?} is not a number of seconds"))?;
                }
                "--txt" => options.txt.push(parse_txt(value()?)?),
                other => return Err(format!("unknown argument {other:?}")),
            }
        }
        Ok(options)
    }
}

fn parse_txt(text: &str) -> Result<(String, String), String> {
    let (name, data) =
        text.split_once('=').ok_or_else(|| format!("{text:?} is not in the form NAME=TEXT"))?;
    // They go into a zone file, and must not span more than one line of it.
    let is_name = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(format!(
            "{name:?} is not a domain name of letters, digits, hyphens, underscores"
        ));
    }
    if data.is_empty() || !data.bytes().all(|octet| (b' '..=b'~').contains(&octet)) {
        return Err(format!("the text for {name} is empty, or not printable ASCII"));
    }
    let name = format!("{}.", name.trim_end_matches('.').to_ascii_lowercase());
    let data = if data.starts_with('"') { data.to_owned() } else { quote(data) };
    Ok((name, data))
}

/// One text as character-strings of at most 255 octets (RFC 1035 section 3.3).
pub(super) fn quote(text: &str) -> String {
    const MAX_BYTES: usize = 255;
    let strings: Vec<String> = text
        .as_bytes()
        .chunks(MAX_BYTES)
        .map(|chunk| {
            let chunk = String::from_utf8_lossy(chunk);
            format!("\"{}\"", chunk.replace('\\', "\\\\").replace('"', "\\\""))
        })
        .collect();
    strings.join(" ")
}
