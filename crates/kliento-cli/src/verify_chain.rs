//! `kliento chain verify`.

use std::fmt::Write;

use kliento_inspect::Failure;
use kliento_inspect::json::to_line;
use kliento_inspect::text::line;
use veraid_dnssec::{ChainVerifier, Question, RecordType, VerifiedRrset};

use crate::chain_json::ChainVerification;
use crate::cli::{ChainVerify, Output};
use crate::outcome::{Outcome, Stop};
use crate::{input, times, trust};

pub(crate) fn run(arguments: &ChainVerify) -> Result<Outcome, Stop> {
    let anchors = arguments.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), anchors])?;
    let verifier =
        ChainVerifier::new(trust::anchors(&arguments.anchors)?, veraid_aws_lc_rs::PROVIDER);
    let period = times::period(&arguments.when)?;
    let question = Question { name: arguments.name.clone(), record_type: arguments.record_type };
    let verified = input::chain(&arguments.input).and_then(|chain| {
        chain
            .verify(&question, period, &verifier)
            .map_err(|error| Failure::chain_invalid(&error, period).into())
    });
    match (verified, arguments.output.form) {
        (Ok(rrset), Output::Text) => Ok(Outcome::valid(to_text(&rrset))),
        (Ok(rrset), Output::Json) => Ok(Outcome::valid(to_line(&ChainVerification::valid(&rrset)))),
        (Err(Stop::Failed(failure)), Output::Json) => {
            let verification = ChainVerification::failed(&failure);
            Ok(Outcome::report(to_line(&verification), Some(&failure)))
        }
        (Err(stop), _) => Err(stop),
    }
}

fn to_text(rrset: &VerifiedRrset) -> String {
    let mut text = String::from("VALID\n");
    let Question { name, record_type } = rrset.question();
    line(&mut text, "name", &name.to_string());
    line(&mut text, "type", &record_type.to_string());
    for rdata in rrset.rdata() {
        line(&mut text, "record", &presentation(*record_type, rdata));
    }
    for period in rrset.validity().iter() {
        line(&mut text, "valid", &period.to_string());
    }
    text
}

/// The presentation form of a record's data: character-strings for TXT records, and otherwise the
/// form for any type (RFC 3597 section 5).
pub(crate) fn presentation(record_type: RecordType, rdata: &[u8]) -> String {
    if record_type == RecordType::TXT
        && let Some(text) = character_strings(rdata)
    {
        return text;
    }
    let mut text = format!("\\# {}", rdata.len());
    for (index, octet) in rdata.iter().enumerate() {
        let space = if index == 0 { " " } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{space}{octet:02X}");
    }
    text
}

/// Each character-string in quotes (RFC 1035 section 5.1).
fn character_strings(mut rdata: &[u8]) -> Option<String> {
    let mut strings = Vec::new();
    while let Some((&length, rest)) = rdata.split_first() {
        let (bytes, rest) = rest.split_at_checked(length.into())?;
        rdata = rest;
        let mut string = String::from("\"");
        for &octet in bytes {
            match octet {
                b'"' | b'\\' => string.extend(['\\', octet.into()]),
                b' '..=b'~' => string.push(octet.into()),
                _ => string.push_str(&format!("\\{octet:03}")),
            }
        }
        string.push('"');
        strings.push(string);
    }
    Some(strings.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_character_strings_and_other_data() {
        assert_eq!(presentation(RecordType::TXT, b"\x03a\"\x1b\x00"), r#""a\"\027" """#);
        assert_eq!(presentation(RecordType::TXT, b"\x03a"), r"\# 2 0361");
        assert_eq!(presentation(RecordType::DS, b"\x00\x0A"), r"\# 2 000A");
    }
}
