//! `cargo xtask coverage`: the share of lines in the verifying crates that their tests run.
//!
//! cargo-llvm-cov runs the tests and counts. This module selects the crates that must reach the
//! minimum, ignores the lines of unit tests, and lists the lines that are not run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace;

/// The crates that verify, and true for those that must reach [`MIN_TENTHS`]. Only their tests run,
/// including kliento's vectors.
///
/// The adapter to AWS-LC is exempt: it has 71 lines, of which the compiler runs 5 by itself to make
/// a table of constants.
/// Files of trust anchors are reported alone until there is a figure.
const CRATES: [(&str, bool); 5] = [
    ("veraid-dnssec", true),
    ("veraid-core", true),
    ("kliento", true),
    ("veraid-trust-anchors", false),
    ("veraid-aws-lc-rs", false),
];

/// The minimum share of a crate's lines that tests must run, in tenths of a per cent. The rest is
/// for arms that the types demand and no input reaches.
const MIN_TENTHS: usize = 950;

/// Runs the tests with counters; fails if tests do not run enough of a crate's lines.
pub(crate) fn run() -> Result<(), String> {
    let root = workspace::root().canonicalize();
    let root = root.map_err(|error| error.to_string())?;
    let tools = LlvmTools::find()?;
    check_cargo_llvm_cov()?;
    let report = run_tests(&root, &tools)?;
    let text =
        std::fs::read_to_string(&report).map_err(|e| format!("{}: {e}", report.display()))?;
    let mut failures = Vec::new();
    for (name, is_held) in CRATES {
        let folder = root.join("crates").join(name).join("src");
        let files = files_below(&folder, &text)?;
        let total = Lines::sum(files.values());
        println!("\n{name}: {total}");
        for (file, lines) in &files {
            println!("  {file}: {lines}{}", lines.left_words());
        }
        if is_held && total.tenths() < MIN_TENTHS {
            failures.push(format!("{name}: {total}, at least 95.0 % must run"));
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}

/// `llvm-cov` and `llvm-profdata` of the same LLVM as rustc's; other versions cannot read its
/// counters.
#[derive(Debug)]
struct LlvmTools {
    cov: PathBuf,
    profdata: PathBuf,
}

impl LlvmTools {
    /// Finds the tools: in the environment, the toolchain's component, or the system's tools with
    /// the version in their names.
    fn find() -> Result<Self, String> {
        let variable = |name| std::env::var_os(name).map(PathBuf::from);
        if let Some((cov, profdata)) = variable("LLVM_COV").zip(variable("LLVM_PROFDATA")) {
            return Ok(Self { cov, profdata });
        }
        let version = rustc(&["--version", "--verbose"])?;
        let field = |name: &str| version.lines().find_map(|line| line.strip_prefix(name));
        let host = field("host: ").ok_or("rustc does not print its host")?;
        let llvm = field("LLVM version: ").ok_or("rustc does not print its LLVM version")?;
        let major = llvm.split('.').next().unwrap_or(llvm);
        let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?.trim());
        let component = sysroot.join("lib/rustlib").join(host).join("bin");
        let candidates = [
            (component.join("llvm-cov"), component.join("llvm-profdata")),
            (format!("llvm-cov-{major}").into(), format!("llvm-profdata-{major}").into()),
        ];
        let runs = |tool: &Path| Command::new(tool).arg("--version").output().is_ok();
        candidates
            .into_iter()
            .find(|(cov, profdata)| runs(cov) && runs(profdata))
            .map(|(cov, profdata)| Self { cov, profdata })
            .ok_or_else(|| {
                format!(
                    "llvm-cov and llvm-profdata of rustc's LLVM {major} are missing: `rustup component add llvm-tools`, \
                     or `apt-get install llvm-{major}`, or set LLVM_COV and LLVM_PROFDATA"
                )
            })
    }
}

fn rustc(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("rustc").args(arguments).output();
    let output = output.map_err(|error| format!("rustc cannot be started: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn check_cargo_llvm_cov() -> Result<(), String> {
    let output = Command::new(env!("CARGO")).args(["llvm-cov", "--version"]).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err("cargo-llvm-cov is missing: `cargo install --locked cargo-llvm-cov`".into()),
    }
}

/// Runs the tests; returns the report, in the format of LCOV.
fn run_tests(root: &Path, tools: &LlvmTools) -> Result<PathBuf, String> {
    let report = root.join("target/coverage.lcov");
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .env("LLVM_COV", &tools.cov)
        .env("LLVM_PROFDATA", &tools.profdata)
        .args(["llvm-cov", "test", "--locked", "--lcov", "--output-path"])
        .arg(&report);
    for (name, _) in CRATES {
        command.args(["--package", name]);
    }
    let status = command.status().map_err(|error| format!("cargo cannot be started: {error}"))?;
    if status.success() { Ok(report) } else { Err(format!("cargo llvm-cov ended with {status}")) }
}

/// Line counts of one file, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lines {
    all: usize,
    run: usize,
    left: Vec<usize>,
}

impl Lines {
    fn sum<'a>(files: impl Iterator<Item = &'a Self>) -> Self {
        files.fold(Self::default(), |sum, lines| Self {
            all: sum.all + lines.all,
            run: sum.run + lines.run,
            left: Vec::new(),
        })
    }

    /// The share of lines that are run, in tenths of a per cent, rounded down.
    fn tenths(&self) -> usize {
        (self.run * 1000).checked_div(self.all).unwrap_or(1000)
    }

    /// The lines that are not run; consecutive ones as `first-last`.
    fn left_words(&self) -> String {
        let mut words = String::new();
        for run in self.left.chunk_by(|a, b| a + 1 == *b) {
            let (first, last) = (run.first().copied(), run.last().copied());
            let separator = if words.is_empty() { "; not run: " } else { ", " };
            let written = match (first.unwrap_or_default(), last.unwrap_or_default()) {
                (first, last) if first == last => write!(words, "{separator}{first}"),
                (first, last) => write!(words, "{separator}{first}-{last}"),
            };
            written.expect("writing to a string never fails");
        }
        words
    }
}

impl std::fmt::Display for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, tenth) = (self.tenths() / 10, self.tenths() % 10);
        write!(f, "{} of {} lines, {whole}.{tenth} %", self.run, self.all)
    }
}

/// The files below `folder` in a report, by their path in that folder.
fn files_below(folder: &Path, report: &str) -> Result<BTreeMap<String, Lines>, String> {
    let mut files = BTreeMap::new();
    for record in report.split("end_of_record") {
        let Some(path) = record.lines().find_map(|line| line.strip_prefix("SF:")) else { continue };
        let Ok(name) = Path::new(path).strip_prefix(folder) else { continue };
        let source = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        files.insert(name.display().to_string(), lines(record, first_test_line(&source)));
    }
    if files.is_empty() {
        return Err(format!("the report does not contain {}", folder.display()));
    }
    Ok(files)
}

/// The lines of one record before `end`: each is `DA:line,times`.
fn lines(record: &str, end: usize) -> Lines {
    let mut lines = Lines::default();
    let counted = record.lines().filter_map(|line| {
        let mut fields = line.strip_prefix("DA:")?.split(',');
        Some((fields.next()?.parse::<usize>().ok()?, fields.next()?.parse::<u64>().ok()?))
    });
    for (line, times) in counted.filter(|(line, _)| *line < end) {
        lines.all += 1;
        if times > 0 {
            lines.run += 1;
        } else {
            lines.left.push(line);
        }
    }
    lines
}

/// The line at which the unit tests begin, which come last in every file. They are not lines that
/// need tests.
fn first_test_line(source: &str) -> usize {
    let position = source.lines().position(|line| line == "#[cfg(test)]");
    position.map_or(usize::MAX, |position| position + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_unit_tests_do_not_count() {
        let source = "fn a() {}\nfn b() {}\n#[cfg(test)]\nmod tests {}\n";
        let record = "SF:/a.rs\nDA:1,5\nDA:2,0\nDA:4,1\nLF:3\n";
        let expected = Lines { all: 2, run: 1, left: vec![2] };
        assert_eq!(lines(record, first_test_line(source)), expected);
        assert_eq!(lines(record, first_test_line("fn a() {}")).all, 3);
    }

    #[test]
    fn unrun_lines_are_listed_in_ranges() {
        let lines = Lines { all: 2000, run: 1899, left: vec![3, 7, 8, 9, 12] };
        assert_eq!(lines.left_words(), "; not run: 3, 7-9, 12");
        assert_eq!(lines.to_string(), "1899 of 2000 lines, 94.9 %");
        assert!(lines.tenths() < MIN_TENTHS);
    }
}
