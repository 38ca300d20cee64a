//! The conformance report as text.

use std::fmt::Write;

use kliento_conformance::{AreaCount, Glob, Report};
use kliento_inspect::text::escape_for_terminal;

/// The maximum number of failures shown one by one; the report in JSON has all.
const SHOWN: usize = 20;

pub(crate) fn of(implementation: &str, report: &Report, unused: &[&Glob]) -> String {
    let (areas, all) = report.areas();
    let mut text = format!("{}\n\n", escape_for_terminal(implementation));
    let width = areas.keys().map(|area| area.chars().count()).max().unwrap_or(0).max(4);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{:width$}  {:>7}  {:>7}  {:>7}  {:>7}  {:>7}",
        "area", "vectors", "valid", "passed", "excused", "failed"
    );
    let rows = areas.iter().map(|(area, count)| (*area, *count)).chain([("all", all)]);
    for (area, AreaCount { vectors, valid, passed, excused, failed }) in rows {
        let area = escape_for_terminal(area);
        let _ = writeln!(
            text,
            "{area:width$}  {vectors:>7}  {valid:>7}  {passed:>7}  {excused:>7}  {failed:>7}"
        );
    }
    for (entry, differences) in report.failures().take(SHOWN) {
        let _ = write!(text, "\nFAILED {}", escape_for_terminal(&entry.id));
        for difference in differences {
            let _ = write!(text, "\n  {}", escape_for_terminal(&difference.to_string()));
        }
        text.push('\n');
    }
    if let Some(more) = all.failed.checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "\n{more} more failed; --report FILE lists all of them");
    }
    for glob in unused {
        let _ = writeln!(
            text,
            "\nUNUSED exception {}: no vector differs in this way; remove it",
            escape_for_terminal(&glob.to_string())
        );
    }
    text
}
