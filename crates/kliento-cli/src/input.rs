//! Reads files and standard input, and detects the form of a bundle.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Base64Unpadded, Encoding};
use kliento::TokenBundle;
use veraid_core::{MemberIdBundle, SignatureBundle};
use veraid_dnssec::DnssecChain;
use veraid_trust_anchors::AnchorFile;

use crate::escape_for_terminal::escape_for_terminal;
use crate::failure::Failure;
use crate::outcome::{Stop, UsageError};

/// The maximum size of a token in any form, in bytes (64 KiB: one of 16 KiB has 22 KiB in Base64,
/// and the rest is room to recognise the input).
const MAX_TOKEN_INPUT: usize = 64 * 1024;
/// The maximum size of a bundle in any form, in bytes (24 MiB: one of 16 MiB has 21.4 MiB in
/// Base64).
const MAX_BUNDLE_INPUT: usize = 24 * 1024 * 1024;
/// The maximum size of a chain, in bytes (8 MiB: 64 messages of 64 KiB, and as much again).
const MAX_CHAIN_INPUT: usize = 8 * 1024 * 1024;
/// The maximum size of a certificate in any form, in bytes (64 KiB: one with an RSA key of 4096
/// bits has 1.5 KiB).
const MAX_CERTIFICATE: usize = 64 * 1024;
/// The maximum size of a member id bundle, in bytes (64 KiB: no larger one is parsed).
const MAX_MEMBER_BUNDLE: usize = 64 * 1024;
/// The maximum size of detached content, in bytes (1 GiB: it is kept in memory).
const MAX_PLAINTEXT: usize = 1024 * 1024 * 1024;
/// The maximum size of a service's configuration, in bytes (1 MiB: thousands of routes and
/// patterns).
const MAX_CONFIGURATION: usize = 1024 * 1024;
/// The maximum size of known differences, in bytes (8 MiB: some thousand reasons, each a page).
const MAX_EXCEPTIONS: usize = 8 * 1024 * 1024;

/// Reads a token bundle, or gives the reason why the input is not one.
pub(crate) fn token(path: &Path) -> Result<Result<TokenBundle, Failure>, UsageError> {
    Ok(read(path, MAX_TOKEN_INPUT)?.and_then(|octets| parse_token(&octets)))
}

/// Reads a signature bundle, or gives the reason why the input is not one.
pub(crate) fn bundle(path: &Path) -> Result<Result<SignatureBundle, Failure>, UsageError> {
    Ok(read(path, MAX_BUNDLE_INPUT)?.and_then(|octets| parse_bundle(&octets)))
}

/// Reads the bytes of a chain, or gives the reason why they cannot be one.
pub(crate) fn chain(path: &Path) -> Result<Result<Vec<u8>, Failure>, UsageError> {
    read(path, MAX_CHAIN_INPUT)
}

/// Reads the bytes of a certificate in any form.
pub(crate) fn certificate(path: &Path) -> Result<Vec<u8>, UsageError> {
    read_file(path, MAX_CERTIFICATE)
}

/// Reads a member id bundle.
pub(crate) fn member_bundle(path: &Path) -> Result<MemberIdBundle, Stop> {
    let octets = read_file(path, MAX_MEMBER_BUNDLE)?;
    MemberIdBundle::from_der(&octets).map_err(|error| {
        let failure = Failure::malformed(&error).in_file(&name_of(path));
        failure.with_fix("give a bundle written by `kliento member bundle`").into()
    })
}

/// Reads a chain without verifying it.
pub(crate) fn parsed_chain(path: &Path) -> Result<DnssecChain, Stop> {
    let octets = chain(path)?.map_err(|failure| failure.in_file(&name_of(path)))?;
    veraid_core::parse_dnssec_chain(&octets).map_err(|error| {
        let failure = Failure::malformed(&error).in_file(&name_of(path));
        failure.with_fix("give a chain written by `kliento chain fetch`").into()
    })
}

/// Reads the content to sign.
pub(crate) fn content(path: &Path) -> Result<Vec<u8>, UsageError> {
    read_file(path, MAX_PLAINTEXT)
}

/// Reads the content of a detached signature.
pub(crate) fn plaintext(path: Option<&Path>) -> Result<Option<Vec<u8>>, UsageError> {
    path.map(|path| read_file(path, MAX_PLAINTEXT)).transpose()
}

/// Reads the bytes of a file of trust anchors.
pub(crate) fn anchors(path: &Path) -> Result<Vec<u8>, UsageError> {
    read_file(path, AnchorFile::MAX_BYTES)
}

/// Reads the text of a service's configuration.
pub(crate) fn configuration(path: &Path) -> Result<String, UsageError> {
    text(path, MAX_CONFIGURATION)
}

/// Reads the text of a file of known differences.
pub(crate) fn exceptions(path: &Path) -> Result<String, UsageError> {
    text(path, MAX_EXCEPTIONS)
}

fn text(path: &Path, limit: usize) -> Result<String, UsageError> {
    String::from_utf8(read_file(path, limit)?)
        .map_err(|_| UsageError::new(format!("{} is not UTF-8", name_of(path))))
}

/// Reads at most `limit` bytes; larger input is malformed.
fn read(path: &Path, limit: usize) -> Result<Result<Vec<u8>, Failure>, UsageError> {
    let octets = read_some(path, limit)
        .map_err(|error| UsageError::new(format!("{} cannot be read: {error}", name_of(path))))?;
    Ok(if octets.len() > limit { Err(Failure::too_large(limit)) } else { Ok(octets) })
}

/// Reads at most `limit` bytes; larger input is the caller's mistake.
fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, UsageError> {
    read(path, limit)?
        .map_err(|_| UsageError::new(format!("{} has more than {limit} bytes", name_of(path))))
}

/// Reads one byte more than `limit`, if there is one.
fn read_some(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let reader: Box<dyn Read> =
        if is_stdin(path) { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut octets = Vec::new();
    reader.take(most).read_to_end(&mut octets)?;
    Ok(octets)
}

/// Checks that standard input is read only once; `inputs` are all files that a command reads.
pub(crate) fn check_stdin_once<'a>(
    inputs: impl IntoIterator<Item = Option<&'a PathBuf>>,
) -> Result<(), UsageError> {
    if inputs.into_iter().flatten().filter(|path| is_stdin(path)).count() > 1 {
        return Err(UsageError::new(
            "standard input can be read only once: give files for the others",
        ));
    }
    Ok(())
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(crate) fn name_of(path: &Path) -> String {
    if is_stdin(path) {
        "standard input".into()
    } else {
        escape_for_terminal(&path.display().to_string()).into_owned()
    }
}

fn parse_token(octets: &[u8]) -> Result<TokenBundle, Failure> {
    let bundle = match Form::of(octets) {
        Form::Header(value) => TokenBundle::from_auth_header(value),
        Form::Base64(text) => TokenBundle::from_base64(text),
        Form::Der(der) => TokenBundle::from_der(der),
    };
    bundle.map_err(|error| Failure::token_malformed(&error))
}

fn parse_bundle(octets: &[u8]) -> Result<SignatureBundle, Failure> {
    let decoded;
    let der = match Form::of(octets) {
        Form::Der(der) => der,
        Form::Base64(text) | Form::Header(text) => {
            decoded = decode(text).ok_or_else(|| Failure::not_base64("bundle"))?;
            &decoded
        }
    };
    SignatureBundle::from_der(der).map_err(|error| Failure::malformed(&error))
}

/// Standard Base64, padded or not (RFC 4648 section 4).
fn decode(text: &str) -> Option<Vec<u8>> {
    let decoded = if text.ends_with('=') {
        Base64::decode_vec(text)
    } else {
        Base64Unpadded::decode_vec(text)
    };
    decoded.ok().filter(|octets| !octets.is_empty())
}

/// The apparent form of input; its parser decides if it really is that.
#[derive(Debug, PartialEq, Eq)]
enum Form<'a> {
    /// The value of an `Authorization` header.
    Header(&'a str),
    Base64(&'a str),
    Der(&'a [u8]),
}

impl<'a> Form<'a> {
    fn of(octets: &'a [u8]) -> Self {
        // No DER of a bundle is text: after its length comes the octet 0x80, for the version.
        let Some(text) = std::str::from_utf8(octets).ok().filter(|text| is_text(text)) else {
            return Self::Der(octets);
        };
        let text =
            text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        if let Some(value) = strip_field_name(text) {
            Self::Header(value)
        } else if has_scheme(text) {
            Self::Header(text)
        } else {
            Self::Base64(text)
        }
    }
}

fn is_text(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

/// The text after `Authorization:` and spaces.
fn strip_field_name(text: &str) -> Option<&str> {
    const NAME: &str = "Authorization:";
    let name = text.get(..NAME.len())?;
    let value = text.get(NAME.len()..)?;
    name.eq_ignore_ascii_case(NAME).then(|| value.trim_start_matches([' ', '\t']))
}

/// Returns true if the text starts with `Kliento`, or with a word and a space as any other scheme
/// would.
fn has_scheme(text: &str) -> bool {
    const SCHEME: &str = "Kliento";
    let is_kliento = text.get(..SCHEME.len()).is_some_and(|s| s.eq_ignore_ascii_case(SCHEME));
    let is_other = text.split_once(' ').is_some_and(|(word, _)| {
        (1..=SCHEME.len().saturating_mul(2)).contains(&word.len())
            && word.bytes().all(|octet| octet.is_ascii_alphabetic())
    });
    is_kliento || is_other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_headers_base64_and_der() {
        for (octets, form) in [
            ("Authorization: Kliento MII", Form::Header("Kliento MII")),
            ("authorization:Kliento MII\r\n", Form::Header("Kliento MII")),
            ("AUTHORIZATION: \t kliento MII\n", Form::Header("kliento MII")),
            ("Authorization: Kliento MII\n\n", Form::Header("Kliento MII\n")),
            ("Kliento MII", Form::Header("Kliento MII")),
            ("KLIENTO MII\n", Form::Header("KLIENTO MII")),
            ("Bearer MII", Form::Header("Bearer MII")),
            ("MII=\n", Form::Base64("MII=")),
            ("MII\r\n", Form::Base64("MII")),
            ("0\n", Form::Base64("0")),
            ("", Form::Base64("")),
            (" MII", Form::Base64(" MII")),
        ] {
            assert_eq!(Form::of(octets.as_bytes()), form, "{octets:?}");
        }
        for der in [&b"\x30\x03\x80\x01\x00"[..], b"\x80\n", b"\x30\x82\x01\x00"] {
            assert_eq!(Form::of(der), Form::Der(der));
        }
    }

    #[test]
    fn reads_base64_with_all_padding_or_none() {
        assert_eq!(decode("TQ=="), Some(b"M".to_vec()));
        assert_eq!(decode("TQ"), Some(b"M".to_vec()));
        for text in ["", "TQ=", "TQ===", "TR", "T Q", "TWFu=", "-_-_"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
