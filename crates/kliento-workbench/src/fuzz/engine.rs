//! libFuzzer: building and running targets, and reading its results.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::files;

/// Flags for coverage: counters at every edge, a table of their places, and comparisons for the
/// engine to learn from. The names are LLVM's, and rustc passes them on without a nightly compiler.
/// cargo-fuzz passes the same.
const FLAGS: [&str; 8] = [
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    // Folded branches would hide edges from the counters.
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];

/// The maximum size of an input, in octets: that of a token bundle.
pub(crate) const MAX_LEN: usize = 16_384;

/// The built targets.
pub(crate) struct Engine {
    folder: PathBuf,
    programs: PathBuf,
}

impl Engine {
    /// Builds targets in the package `folder`, instrumented.
    pub(crate) fn build(folder: &Path, targets: &[String]) -> Result<Self, String> {
        let (version, _) = output_of(Command::new("rustc").arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or("rustc does not print its host")?;
        let mut command = Command::new(env!("CARGO"));
        // With a target named, build scripts and macros are not instrumented.
        command.args(["build", "--release", "--locked", "--quiet", "--target", host]);
        for target in targets {
            command.args(["--bin", target]);
        }
        command
            .current_dir(folder)
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1F"))
            .env_remove("CARGO_TARGET_DIR");
        let status = command.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
        if !status.success() {
            return Err("the fuzz targets do not build; libFuzzer needs a C++ compiler".into());
        }
        let programs = folder.join("target").join(host).join("release");
        Ok(Self { folder: folder.to_owned(), programs })
    }

    /// Runs one target over its corpus, and then for so many seconds more.
    pub(crate) fn run(&self, target: &str, seconds: Option<u32>) -> Result<Outcome, String> {
        let program = self.programs.join(target);
        let artifacts = self.folder.join("artifacts").join(target);
        if artifacts.exists() {
            std::fs::remove_dir_all(&artifacts).map_err(|error| error.to_string())?;
        }
        std::fs::create_dir_all(&artifacts).map_err(|error| error.to_string())?;
        let corpora = ["corpus", "regressions"].map(|name| self.folder.join(name).join(target));
        let mut command = Command::new(&program);
        command
            .arg(format!("-max_len={MAX_LEN}"))
            // The engine's unit is whole seconds; an input that takes one is a thousand times too
            // slow.
            .args(["-timeout=2", "-report_slow_units=1", "-rss_limit_mb=1024"])
            .args(["-print_final_stats=1", "-verbosity=1"])
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(format!("-dict={}", self.folder.join("kliento.dict").display()))
            .arg(match seconds {
                Some(seconds) => format!("-max_total_time={seconds}"),
                None => "-runs=0".to_owned(),
            })
            .args(corpora.iter().filter(|corpus| corpus.is_dir()));
        let (log, succeeded) = output_of(&mut command)?;
        let artifacts = files(&artifacts)?;
        Ok(Outcome { target: target.to_owned(), program, log, succeeded, artifacts })
    }
}

/// The result of one target.
pub(crate) struct Outcome {
    target: String,
    program: PathBuf,
    log: String,
    succeeded: bool,
    /// The inputs that crashed it or were slow.
    artifacts: Vec<PathBuf>,
}

impl Outcome {
    pub(crate) const HEADINGS: &str =
        "target            executions  per second    edges  features  corpus  MiB  findings";

    /// The failures to fix, each with the command that reproduces it.
    pub(crate) fn findings(&self) -> Vec<String> {
        if self.succeeded && self.artifacts.is_empty() {
            return Vec::new();
        }
        let said = |line: &&str| {
            line.contains("panicked at") || line.contains("ERROR:") || line.contains("Slowest")
        };
        let after_panic = self.log.lines().skip_while(|line| !line.contains("panicked at")).take(4);
        let said = self.log.lines().filter(said).take(3).chain(after_panic.skip(1));
        let said = said.map(|line| format!("\n  {line}")).collect::<String>();
        let replays = self.artifacts.iter().map(|artifact| {
            format!("\n  again: {} {}", self.program.display(), artifact.display())
        });
        vec![format!("{}:{said}{}", self.target, replays.collect::<String>())]
    }

    /// The number after a word in the last progress line that has the word.
    fn last(&self, word: &str) -> &str {
        let after = |line: &'_ str| line.split_once(word).map(|(_, rest)| rest.trim_start().len());
        let found = self.log.lines().rev().find_map(|line| {
            let rest = line.len().checked_sub(after(line)?)?;
            line.get(rest..)?.split_ascii_whitespace().next()
        });
        found.unwrap_or("-")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let corpus = self.last(" corp:").split('/').next().unwrap_or("-");
        write!(
            f,
            "{:16} {:>11} {:>11} {:>8} {:>9} {:>7} {:>4}  {}",
            self.target,
            self.last("stat::number_of_executed_units:"),
            self.last("stat::average_exec_per_sec:"),
            self.last(" cov:"),
            self.last(" ft:"),
            corpus,
            self.last("stat::peak_rss_mb:"),
            if self.succeeded { self.artifacts.len() } else { self.artifacts.len().max(1) },
        )
    }
}

/// Runs a command to its end; returns the output of both streams, and whether the command
/// succeeded.
fn output_of(command: &mut Command) -> Result<(String, bool), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    Ok((String::from_utf8_lossy(&text).into_owned(), output.status.success()))
}
