//! `cargo xtask fuzz`: builds the fuzz targets, gives them the vectors as seeds, and runs them.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

mod engine;
mod files;
mod forge;
mod seeds;

// Code shared by targets and seeds belongs to the targets.
#[allow(dead_code, unreachable_pub, reason = "shared with the package in fuzz/")]
#[path = "../../../fuzz/src/case.rs"]
mod case;
#[allow(dead_code, unreachable_pub, reason = "shared with the package in fuzz/")]
#[path = "../../../fuzz/src/stub.rs"]
mod stub;
#[allow(dead_code, unreachable_pub, reason = "shared with the package in fuzz/")]
#[path = "../../../fuzz/src/vector.rs"]
mod vector;

use engine::{Engine, Outcome};
use files::files;

use crate::folder::in_repository;

/// The number of targets that run at a time.
const JOBS: usize = 2;

/// The arguments of `cargo xtask fuzz`.
struct Arguments {
    seconds: u32,
    target: Option<String>,
    replay: bool,
}

/// Runs every target and fails if one crashes, or is slow.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let arguments = parse(arguments)?;
    let folder = in_repository("fuzz");
    let targets = targets(&folder, arguments.target.as_deref())?;
    let clock = Instant::now();
    let engine = Engine::build(&folder, &targets)?;
    println!("built in {} s", clock.elapsed().as_secs());
    let clock = Instant::now();
    let seeds = seeds::write(&folder, &targets)?;
    println!("{seeds} seeds in {} s", clock.elapsed().as_secs());

    let clock = Instant::now();
    let seconds = (!arguments.replay).then_some(arguments.seconds);
    println!("{}", Outcome::HEADINGS);
    let queue = Mutex::new(VecDeque::from(targets));
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                while let Some(target) = queue.lock().ok().and_then(|mut queue| queue.pop_front()) {
                    let outcome = engine.run(&target, seconds);
                    if let Ok(outcome) = &outcome {
                        println!("{outcome}");
                    }
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push(outcome);
                    }
                }
            });
        }
    });
    println!("ran for {} s", clock.elapsed().as_secs());

    let outcomes = outcomes.into_inner().map_err(|error| error.to_string())?;
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    let findings: Vec<String> = outcomes.iter().flat_map(Outcome::findings).collect();
    findings.iter().for_each(|finding| eprintln!("{finding}"));
    match findings.len() {
        0 => Ok(()),
        _ => Err("findings to fix; see fuzz/README.md".into()),
    }
}

fn parse(arguments: &[&str]) -> Result<Arguments, String> {
    let mut parsed = Arguments { seconds: 10, target: None, replay: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (*argument, rest.as_slice().first()) {
            ("--replay", _) => {
                parsed.replay = true;
                continue;
            }
            ("--seconds", Some(seconds)) => {
                parsed.seconds = seconds.parse().map_err(|_| usage())?
            }
            ("--target", Some(target)) => parsed.target = Some((*target).to_owned()),
            _ => return Err(usage()),
        }
        rest.next();
    }
    Ok(parsed)
}

fn usage() -> String {
    "the arguments are [--seconds N] [--target NAME] [--replay]".into()
}

/// The names of the targets, which are those of the files in fuzz_targets/.
fn targets(folder: &Path, only: Option<&str>) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = files(&folder.join("fuzz_targets"))?
        .iter()
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .filter(|name| only.is_none_or(|only| only == name))
        .collect();
    names.sort();
    if names.is_empty() { Err("unknown target".into()) } else { Ok(names) }
}
