//! `cargo xtask load`: the verifier service over HTTP, against the JavaScript verifier and against more than it can answer.
//!
//! Servers are processes of their own on loopback; who asks shares the machine with them, so every figure is of server and
//! client together. Figures to compare are of the same run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use bundles::{Bundles, header_request, request};
use client::{Outcome, Requests, Until, closed, open};
use process::Process;

mod bundles;
mod client;
mod process;
mod slow;

/// Connections that ask when it is about how many answers a second there are.
const CONNECTIONS: usize = 16;

/// Connections that ask when it is about more than can be answered.
const MANY_CONNECTIONS: usize = 256;

/// Slow clients.
const SLOW: usize = 2_000;

/// Nothing about organisations and bundles is remembered: every request is as if of another organisation.
const COLD: &str = "memory = { organisation_bytes = 0, bundle_bytes = 0 }\n";

struct Plan {
    as_json: bool,
    seconds: Duration,
    organisations: usize,
    requests: usize,
    slow: usize,
}

pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let mut plan = Plan {
        as_json: false,
        seconds: Duration::from_secs(8),
        organisations: 1_000,
        requests: 1_000_000,
        slow: SLOW,
    };
    let mut arguments = arguments.iter();
    let mut is_smoke = false;
    while let Some(argument) = arguments.next() {
        match *argument {
            "--json" => plan.as_json = true,
            "--smoke" => is_smoke = true,
            "--requests" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                plan.requests = number.ok_or("--requests wants a number")?;
            }
            other => return Err(format!("{other} is no argument of load")),
        }
    }
    if is_smoke {
        let seconds = Duration::from_millis(300);
        plan = Plan { seconds, organisations: 20, requests: 2_000, slow: 50, ..plan };
    }
    let program = build(is_smoke)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(measure(&plan, &program))
}

/// Builds the command, for a smoke test as the tests have it.
fn build(is_smoke: bool) -> Result<PathBuf, String> {
    let profile: &[&str] = if is_smoke { &[] } else { &["--release"] };
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--workspace", "--bin", "kliento"])
        .args(profile)
        .status()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !status.success() {
        return Err("kliento cannot be built".into());
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = own.parent().and_then(Path::parent).ok_or("there is no target folder")?;
    Ok(folder.join(if is_smoke { "debug" } else { "release" }).join("kliento"))
}

/// Prints one figure after another.
struct Report {
    as_json: bool,
}

impl Report {
    fn tell(&self, name: &str, outcome: &Outcome, more: &[(&str, f64)]) {
        let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
        let mut figures = vec![
            ("goodput_per_second", outcome.goodput()),
            ("p50_ms", outcome.quantile(0.5)),
            ("p99_ms", outcome.quantile(0.99)),
            ("p999_ms", outcome.quantile(0.999)),
        ];
        figures.extend_from_slice(more);
        let Outcome { valid, refused, shed, failed, .. } = outcome;
        if self.as_json {
            let mut row = json!({ "name": name, "valid": valid, "refused": refused, "shed": shed, "failed": failed });
            for (key, value) in figures {
                if let Some(object) = row.as_object_mut() {
                    object.insert(key.to_owned(), json!(rounded(value)));
                }
            }
            println!("{row}");
        } else {
            let figures: Vec<String> =
                figures.iter().map(|(key, value)| format!("{key} {value:.3}")).collect();
            println!("{name:24} {}", figures.join("  "));
            println!("{:24} valid {valid}  refused {refused}  shed {shed}  failed {failed}", "");
        }
    }
}

async fn measure(plan: &Plan, program: &Path) -> Result<(), String> {
    let bundles = Bundles::make(plan.organisations, 100);
    let folder = std::env::temp_dir().join(format!("kliento-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map(|()| path).map_err(|error| error.to_string())
    };
    let anchors = file("anchors.ds", &bundles.trust_anchors)?;
    let (warm, cold) = (file("warm.toml", "")?, file("cold.toml", COLD)?);
    let start = |set_up: &Path| Process::ours(program, &anchors, set_up);
    let requests =
        |all: &[Vec<u8>]| -> Requests { Arc::new(all.iter().map(|der| request(der)).collect()) };
    let organisations = requests(&bundles.organisations);
    let one_token = requests(bundles.tokens.get(..1).unwrap_or_default());
    let report = Report { as_json: plan.as_json };
    let until = Until::Time(plan.seconds);

    // Never seen before, and the same token again and again; beside them the JavaScript verifier.
    let javascript = javascript(plan, &report, &anchors, &organisations, &one_token).await?;
    let ratio = |outcome: &Outcome, of: f64| [("times_javascript", outcome.goodput() / of)];
    let server = start(&cold)?;
    closed(server.port, &organisations, CONNECTIONS, Until::Count(100)).await;
    let outcome = closed(server.port, &organisations, CONNECTIONS, until).await;
    report.tell("cold", &outcome, &ratio(&outcome, javascript.0));
    expect_all_valid("cold", &outcome)?;
    let peak_cold = peak(server.port, &organisations, until, outcome.goodput()).await;
    let rate = peak_cold * 3.0;
    let outcome = open(server.port, &organisations, MANY_CONNECTIONS, rate, plan.seconds).await;
    let kept = outcome.goodput() / peak_cold;
    report.tell("cold/overload-3x", &outcome, &[("of_peak", kept), ("offered", rate)]);
    drop(server);

    let server = start(&warm)?;
    closed(server.port, &one_token, CONNECTIONS, Until::Count(100)).await;
    let outcome = closed(server.port, &one_token, CONNECTIONS, until).await;
    report.tell("warm/bundle", &outcome, &ratio(&outcome, javascript.1));
    expect_all_valid("warm/bundle", &outcome)?;
    let peak_warm = peak(server.port, &one_token, until, outcome.goodput()).await;
    let header = header_request(bundles.tokens.first().ok_or("there is no token")?)?;
    let outcome = closed(server.port, &Arc::new(vec![header]), CONNECTIONS, until).await;
    report.tell("warm/forward-auth", &outcome, &ratio(&outcome, javascript.1));
    let rate = peak_warm * 3.0;
    let outcome = open(server.port, &one_token, MANY_CONNECTIONS, rate, plan.seconds).await;
    let kept = outcome.goodput() / peak_warm;
    report.tell("warm/overload-3x", &outcome, &[("of_peak", kept), ("offered", rate)]);

    // A tenth of what it can do: then a p99 tells of others' doings and not of a queue.
    let rate = peak_warm / 10.0;
    let alone = open(server.port, &one_token, CONNECTIONS, rate, plan.seconds).await;
    report.tell("tenth/alone", &alone, &[]);
    let clients = slow::open(server.port, plan.slow);
    tokio::time::sleep(plan.seconds / 4).await;
    let outcome = open(server.port, &one_token, CONNECTIONS, rate, plan.seconds).await;
    drop(clients);
    let times = outcome.quantile(0.99) / alone.quantile(0.99);
    report.tell("tenth/slow-clients", &outcome, &[("p99_times", times)]);

    let traps = requests(&bundles.key_traps);
    let good = open(server.port, &one_token, CONNECTIONS, rate / 2.0, plan.seconds);
    let hostile = open(server.port, &traps, MANY_CONNECTIONS, rate / 2.0, plan.seconds);
    let (outcome, hostile) = tokio::join!(good, hostile);
    let times = outcome.quantile(0.99) / alone.quantile(0.99);
    let answered = hostile.answered();
    report.tell(
        "tenth/half-key-trap",
        &outcome,
        &[("p99_times", times), ("traps_answered", answered)],
    );
    expect_all_valid("half-key-trap", &outcome)?;
    drop(server);

    let server = start(&warm)?;
    let all = [bundles.organisations, bundles.tokens].concat();
    memory(plan, &report, &server, &requests(&all)).await;
    drop(server);
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())
}

/// The most valid answers a second: more connections than are needed to keep a server busy may get more out of it.
async fn peak(port: u16, requests: &Requests, until: Until, known: f64) -> f64 {
    closed(port, requests, 4 * CONNECTIONS, until).await.goodput().max(known)
}

/// Goodput of the JavaScript verifier, cold and warm, or not a number if it cannot be run.
async fn javascript(
    plan: &Plan,
    report: &Report,
    anchors: &Path,
    organisations: &Requests,
    one_token: &Requests,
) -> Result<(f64, f64), String> {
    if !process::has_javascript() {
        eprintln!("skipped javascript: run `npm ci --ignore-scripts` in interop/js to measure it");
        return Ok((f64::NAN, f64::NAN));
    }
    let server = Process::javascript(anchors)?;
    let until = Until::Time(plan.seconds);
    closed(server.port, one_token, CONNECTIONS, Until::Count(50)).await;
    let cold = closed(server.port, organisations, CONNECTIONS, until).await;
    report.tell("javascript/cold", &cold, &[]);
    expect_all_valid("javascript/cold", &cold)?;
    let warm = closed(server.port, one_token, CONNECTIONS, until).await;
    report.tell("javascript/warm", &warm, &[]);
    Ok((cold.goodput(), warm.goodput()))
}

/// What the server's memory comes to after many requests, compared with a tenth of them.
async fn memory(plan: &Plan, report: &Report, server: &Process, requests: &Requests) {
    let first = plan.requests / 10;
    closed(server.port, requests, CONNECTIONS, Until::Count(first)).await;
    let (before, _) = server.resident_kib();
    let rest = Until::Count(plan.requests - first);
    let outcome = closed(server.port, requests, CONNECTIONS, rest).await;
    let (after, most) = server.resident_kib();
    let mib = |kib: u64| u32::try_from(kib).map_or(f64::NAN, f64::from) / 1024.0;
    let figures = [
        ("resident_mib_after_a_tenth", mib(before)),
        ("resident_mib", mib(after)),
        ("most_mib", mib(most)),
    ];
    report.tell("memory", &outcome, &figures);
}

fn expect_all_valid(name: &str, outcome: &Outcome) -> Result<(), String> {
    let Outcome { valid, refused, shed, failed, .. } = outcome;
    if *valid > 0 && refused + shed + failed == 0 {
        Ok(())
    } else {
        Err(format!("{name}: {valid} valid, {refused} refused, {shed} shed, {failed} failed"))
    }
}
