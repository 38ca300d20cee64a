//! `kliento explain`.

use std::fmt::Write;

use clap::Args;
use kliento_inspect::text::escape_for_terminal;
use kliento_inspect::{Explanation, explanation, explanations};

use crate::outcome::{Outcome, Stop, UsageError};

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  kliento explain KL2031
  kliento explain";

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArguments {
    /// A code like KL2031 [default: list all codes].
    pub(crate) code: Option<String>,
}

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Outcome, Stop> {
    let Some(code) = &arguments.code else { return Ok(Outcome::valid(list())) };
    let explanation = parse(code).and_then(explanation).ok_or_else(|| {
        UsageError::new(format!(
            "there is no error code {}; `kliento explain` lists all of them",
            escape_for_terminal(code)
        ))
    })?;
    Ok(Outcome::valid(to_text(explanation)))
}

/// Reads `KL2031` in any case, or the number alone.
fn parse(code: &str) -> Option<u16> {
    let prefixed = code.get(..2).filter(|prefix| prefix.eq_ignore_ascii_case("KL"));
    let number = prefixed.and_then(|prefix| code.get(prefix.len()..)).unwrap_or(code);
    (number.len() == 4 && number.bytes().all(|octet| octet.is_ascii_digit()))
        .then(|| number.parse().ok())?
}

fn list() -> String {
    let mut text = String::new();
    for Explanation { code, title, .. } in explanations() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "KL{code}  {title}");
    }
    text
}

fn to_text(explanation: &Explanation) -> String {
    let Explanation { code, title, meaning, fix, .. } = explanation;
    format!("KL{code}: {title}\n\n{meaning}\n\nFix: {fix}\n")
}
