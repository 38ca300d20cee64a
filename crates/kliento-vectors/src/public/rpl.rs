//! Scenarios of Unbound's test program, in files that end with `.rpl`: a configuration, answers of
//! servers, and steps.

use veraid_dnssec::{Name, Question, RecordType, Timestamp};

use super::presentation::{self, Record, without_comment};

/// A scenario file.
#[derive(Debug)]
pub(super) struct Scenario {
    /// The file's name without its ending.
    pub(super) name: String,
    /// The scenario's own title.
    pub(super) title: String,
    /// DS and DNSKEY records that are trust anchors.
    pub(super) anchors: Vec<Record>,
    /// The instant of the scenario.
    pub(super) at: Option<Timestamp>,
    /// The answers of servers.
    pub(super) answers: Vec<Entry>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) number: u32,
    pub(super) kind: StepKind,
    pub(super) entry: Entry,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepKind {
    Query,
    CheckAnswer,
}

/// A message in the scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// Flags and RCODE.
    pub(super) reply: Vec<String>,
    pub(super) question: Option<Question>,
    pub(super) answer: Vec<Record>,
    pub(super) authority: Vec<Record>,
    pub(super) additional: Vec<Record>,
}

impl Entry {
    pub(super) fn has(&self, flag: &str) -> bool {
        self.reply.iter().any(|word| word == flag)
    }

    /// The records of every section.
    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.answer.iter().chain(&self.authority).chain(&self.additional)
    }
}

#[derive(Clone, Copy)]
enum Section {
    Question,
    Answer,
    Authority,
    Additional,
}

/// Reads a scenario.
pub(super) fn parse(name: &str, text: &str) -> Result<Scenario, String> {
    let mut scenario = Scenario {
        name: name.into(),
        title: String::new(),
        anchors: Vec::new(),
        at: None,
        answers: Vec::new(),
        steps: Vec::new(),
    };
    let mut step: Option<(u32, Option<StepKind>)> = None;
    let mut entry: Option<Entry> = None;
    let mut section = Section::Question;
    for (index, line) in text.lines().enumerate() {
        let place = |problem: String| format!("{name}.rpl:{}: {problem}", index + 1);
        let line = without_comment(line);
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match (word, entry.as_mut()) {
            ("", _) => {}
            ("trust-anchor:", _) => {
                let text = rest.split(['#', '"', ';']).find(|part| !part.trim().is_empty());
                let anchor = presentation::record(text.unwrap_or_default()).map_err(place)?;
                scenario.anchors.push(anchor);
            }
            ("val-override-date:", _) => {
                let digits = rest.trim().trim_matches('"');
                scenario.at = Some(presentation::instant(digits).map_err(place)?);
            }
            ("val-override-timestamp:", _) => {
                let seconds = rest.trim().trim_matches('"').parse();
                let seconds = seconds.map_err(|_| place("no timestamp".into()))?;
                scenario.at = Some(Timestamp::from_unix_seconds(seconds));
            }
            ("SCENARIO_BEGIN", _) => rest.trim().clone_into(&mut scenario.title),
            ("STEP", _) => {
                let (number, kind) =
                    rest.trim().split_once(char::is_whitespace).unwrap_or((rest, ""));
                let number = number.trim().parse().map_err(|_| place("no step".into()))?;
                step = Some((
                    number,
                    match kind.trim() {
                        "QUERY" => Some(StepKind::Query),
                        "CHECK_ANSWER" => Some(StepKind::CheckAnswer),
                        _ => None,
                    },
                ));
            }
            ("ENTRY_BEGIN", _) => entry = Some(Entry::default()),
            ("ENTRY_END", Some(_)) => {
                let entry = entry.take().unwrap_or_default();
                match step {
                    Some((number, Some(kind))) => scenario.steps.push(Step { number, kind, entry }),
                    Some((_, None)) => {}
                    None => scenario.answers.push(entry),
                }
            }
            ("MATCH" | "ADJUST", Some(_)) => {}
            ("REPLY", Some(entry)) => {
                entry.reply.extend(rest.split_ascii_whitespace().map(str::to_owned));
            }
            ("SECTION", Some(_)) => {
                section = match rest.trim() {
                    "QUESTION" => Section::Question,
                    "ANSWER" => Section::Answer,
                    "AUTHORITY" => Section::Authority,
                    "ADDITIONAL" => Section::Additional,
                    other => return Err(place(format!("section {other}"))),
                };
            }
            (_, Some(entry)) => match section {
                Section::Question => entry.question = Some(question(line).map_err(place)?),
                Section::Answer => entry.answer.push(presentation::record(line).map_err(place)?),
                Section::Authority => {
                    entry.authority.push(presentation::record(line).map_err(place)?);
                }
                Section::Additional => {
                    entry.additional.push(presentation::record(line).map_err(place)?);
                }
            },
            // Other configuration, and lines around entries.
            _ => {}
        }
    }
    Ok(scenario)
}

fn question(line: &str) -> Result<Question, String> {
    let mut fields = line.split_ascii_whitespace();
    let name: Name = presentation::name(fields.next().unwrap_or_default())?;
    let record_type: RecordType = match fields.rfind(|field| !field.eq_ignore_ascii_case("IN")) {
        // Not a record type.
        Some("ANY") => RecordType::new(255),
        Some(text) => presentation::record_type(text)?,
        None => return Err(format!("{line} is not a question")),
    };
    Ok(Question { name, record_type })
}
