//! The rows of the matrix, in the form of conformance/.

use std::fmt;

/// The project's position on a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowStatus {
    Does,
    InPart,
    Departs,
    NotDone,
    Duty,
    Open,
}

impl RowStatus {
    pub(super) const ALL: [Self; 6] =
        [Self::Does, Self::InPart, Self::Departs, Self::NotDone, Self::Duty, Self::Open];

    const fn name(self) -> &'static str {
        match self {
            Self::Does => "does",
            Self::InPart => "in part",
            Self::Departs => "departs",
            Self::NotDone => "not done",
            Self::Duty => "duty",
            Self::Open => "open",
        }
    }

    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Does => "The project does what the sentence requires.",
            Self::InPart => "It does some of it; the note says what is missing.",
            Self::Departs => "It does something else, for the reason in the note.",
            Self::NotDone => "It does not do it, for the reason in the note.",
            Self::Duty => {
                "A requirement for organisations, service designers, applications or the registries' experts."
            }
            Self::Open => "A permission; nothing to implement.",
        }
    }
}

impl fmt::Display for RowStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One sentence, or several consecutive ones with one answer.
#[derive(Debug)]
pub(super) struct Row {
    first: u16,
    last: u16,
    pub(super) section: String,
    pub(super) level: String,
    pub(super) asks: String,
    pub(super) verdict: RowStatus,
    /// Patterns that match ids of vectors.
    pub(super) vectors: Vec<String>,
    /// Names of tests.
    pub(super) tests: Vec<String>,
    pub(super) note: String,
}

impl Row {
    pub(super) fn sentences(&self) -> u16 {
        self.last - self.first + 1
    }

    /// The number of the row: `D7`, or `V12–V17`.
    pub(super) fn number(&self, letter: char) -> String {
        let Self { first, last, .. } = self;
        if first == last {
            format!("{letter}{first}")
        } else {
            format!("{letter}{first}–{letter}{last}")
        }
    }
}

/// Parses the rows of a document with so many sentences.
pub(super) fn parse(text: &str, sentences: u16) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut next = 1;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let row = parse_line(line).map_err(|problem| format!("{line:?}: {problem}"))?;
        if row.first != next || row.last < row.first {
            return Err(format!("{line:?}: expected sentence {next}"));
        }
        next = row.last + 1;
        rows.push(row);
    }
    if next != sentences + 1 {
        return Err(format!("{} sentences of {sentences} have a row", next - 1));
    }
    Ok(rows)
}

fn parse_line(line: &str) -> Result<Row, String> {
    const LEVELS: [&str; 8] =
        ["MUST", "MUST NOT", "REQUIRED", "SHOULD", "SHOULD NOT", "RECOMMENDED", "MAY", "OPTIONAL"];
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [number, section, level, asks, verdict, evidence, note] = fields[..] else {
        return Err(format!("{} fields, expected 7", fields.len()));
    };
    let (first, last) = number.split_once('-').unwrap_or((number, number));
    let parsed = |number: &str| number.parse().map_err(|_| format!("{number:?} is not a number"));
    let verdict = RowStatus::ALL.into_iter().find(|known| known.name() == verdict);
    let verdict = verdict.ok_or("unknown verdict")?;
    if level.split(", ").any(|word| !LEVELS.contains(&word)) {
        return Err(format!("{level:?} contains other than requirement words"));
    }
    let (mut vectors, mut tests) = (Vec::new(), Vec::new());
    let mut words = evidence.split_whitespace().map(str::to_owned);
    while let Some(word) = words.next() {
        match word.as_str() {
            "test" => tests.push(words.next().ok_or("a test has no name")?),
            _ => vectors.push(word),
        }
    }
    let has_evidence = !vectors.is_empty() || !tests.is_empty();
    if matches!(verdict, RowStatus::Does | RowStatus::InPart | RowStatus::Departs) && !has_evidence
    {
        return Err(format!("{verdict} needs a vector or a test"));
    }
    if !matches!(verdict, RowStatus::Does | RowStatus::Duty) && note.is_empty() {
        return Err(format!("{verdict} needs a note"));
    }
    Ok(Row {
        first: parsed(first)?,
        last: parsed(last)?,
        section: section.into(),
        level: level.into(),
        asks: asks.into(),
        verdict,
        vectors,
        tests,
        note: note.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_has_one_row_with_the_evidence_of_its_verdict() {
        let parsed = |text| parse(text, 3).map(|rows| rows.len());
        assert_eq!(
            parsed(
                "# comment\n1-2 | 3.1 | MUST, MAY | a | does | a::b::c | \n3 | 4 | MAY | b | open | | note"
            ),
            Ok(2)
        );
        for (text, problem) in [
            ("1 | 3 | MUST | a | duty | |", "1 sentences of 3 have a row"),
            ("1-4 | 3 | MUST | a | duty | |", "4 sentences of 3 have a row"),
            ("2 | 3 | MUST | a | duty | |", "expected sentence 1"),
            ("1 | 3 | MUST | a | duty |", "6 fields, expected 7"),
            ("1 | 3 | OUGHT | a | duty | |", "contains other than requirement words"),
            ("1 | 3 | MUST | a | done | |", "unknown verdict"),
            ("1 | 3 | MUST | a | does | |", "does needs a vector or a test"),
            ("1 | 3 | MUST | a | in part | test b |", "in part needs a note"),
            ("1 | 3 | MUST | a | not done | |", "not done needs a note"),
            ("1 | 3 | MUST | a | does | test |", "a test has no name"),
        ] {
            let found = parsed(text).unwrap_err();
            assert!(found.contains(problem), "{text}: {found}");
        }
    }
}
