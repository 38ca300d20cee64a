//! The results of the catalogue, for people.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::catalogue::Row;
use crate::run::Outcome;
use crate::work::{Counting, Work};

/// The outcome of each row under each provider.
#[derive(Default)]
pub(crate) struct Report(Mutex<BTreeMap<usize, (&'static Row, &'static str, Outcome)>>);

impl Report {
    pub(crate) fn add(&self, row: &'static Row, provider: &'static Counting, outcome: Outcome) {
        let mut rows = self.0.lock().unwrap();
        let place = rows.len();
        rows.insert(place, (row, provider.name, outcome));
    }

    /// Prints the total, and before it the rows if `whole`.
    pub(crate) fn print(&self, whole: bool) {
        let rows = self.0.lock().unwrap();
        let mut totals: BTreeMap<&str, (usize, usize, Work, usize)> = BTreeMap::new();
        for (row, provider, outcome) in rows.values() {
            if whole {
                println!("{}", line(row, provider, outcome));
            }
            let (ids, inputs, work, heap) = totals.entry(provider).or_default();
            *ids += 1;
            *inputs += outcome.inputs;
            *work = work.max(outcome.work);
            *heap = outcome.heap.max(*heap);
        }
        for (provider, (ids, inputs, work, heap)) in totals {
            println!(
                "{provider}: {ids} attacks, {inputs} inputs; at most {} checks ({} failed, {} Ed448) over {} octets, \
                 {} digests of {} octets, {} octets of heap",
                work.checks,
                work.failed,
                work.ed448,
                work.signed_bytes,
                work.digests,
                work.digested_bytes,
                heap,
            );
        }
    }
}

fn line(row: &Row, provider: &str, outcome: &Outcome) -> String {
    let verdicts: Vec<_> =
        outcome.verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    let mut line = format!(
        "{provider:11} {} {:5} inputs {:34} checks {:2} digests {:3} heap {:6}  {}",
        row.id,
        outcome.inputs,
        verdicts.join(", "),
        outcome.work.checks,
        outcome.work.digests,
        outcome.heap,
        row.says,
    );
    if outcome.properties > 0 {
        line += &format!(" [{} properties]", outcome.properties);
    }
    for reason in &outcome.not_here {
        line += &format!(" [not here: {reason}]");
    }
    line
}
