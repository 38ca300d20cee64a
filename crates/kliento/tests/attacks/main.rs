//! The catalogue of attacks: each with the result that the project's rules require, under each
//! provider, and with its work counted.
//!
//! A row refers to vectors of test-vectors/ or makes other inputs, because they are many or because
//! their cost matters. Whatever the input, no verification may exceed `bounds`. One thread runs
//! everything, since heap is counted for the process. `-- --nocapture` prints the table of rows.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use libtest_mimic::{Arguments, Trial};

use catalogue::Row;
use report::Report;
use run::Runner;
use work::Counting;

mod bounds;
mod bundles;
mod catalogue;
mod certificates;
mod der;
mod dnssec;
mod expensive;
mod key_records;
mod properties;
mod report;
mod run;
mod signed_data;
mod tokens;
mod wire;
mod work;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let rows: &'static [Row] = Vec::leak(rows());
    let runner: &'static Runner = Box::leak(Box::new(Runner::new()));
    let report: &'static Report = Box::leak(Box::default());
    let mut trials: Vec<_> = Counting::ALL
        .into_iter()
        .flat_map(|provider| {
            rows.iter().map(move |row| {
                Trial::test(format!("{}::{}", provider.name, row.id), move || {
                    let outcome = runner.run(row, provider)?;
                    report.add(row, provider, outcome);
                    Ok(())
                })
            })
        })
        .collect();
    trials.push(Trial::test("catalogue::has_every_id_once", || {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        if ids == all_ids() { Ok(()) } else { Err(format!("the ids are {ids:?}").into()) }
    }));
    let conclusion = libtest_mimic::run(&arguments, trials);
    report.print(arguments.nocapture);
    conclusion.exit();
}

fn rows() -> Vec<Row> {
    [
        bundles::rows(),
        certificates::rows(),
        signed_data::rows(),
        wire::rows(),
        dnssec::rows(),
        key_records::rows(),
        tokens::rows(),
        expensive::rows(),
    ]
    .into_iter()
    .flatten()
    .map(|mut row| {
        row.cases.extend(expensive::cases_of(row.id));
        row
    })
    .collect()
}

/// The ids that the catalogue must have, in its order: D are the most expensive inputs that can be
/// built.
fn all_ids() -> Vec<String> {
    [("B", 19), ("X", 24), ("C", 27), ("W", 19), ("S", 49), ("T", 19), ("K", 9), ("A", 5), ("D", 1)]
        .into_iter()
        .flat_map(|(letter, last)| (1..=last).map(move |number| format!("{letter}{number:02}")))
        .collect()
}
