//! `cargo xtask load`: the verifier service over HTTP, compared with the JavaScript verifier, and
//! under more requests than it can answer.
//!
//! Servers are separate processes on loopback. The client shares the machine with them, so every
//! figure is of server and client together. Compare only figures of the same run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

use bundles::{Bundles, header_request, request};
use client::{Opened, Outcome, Requests, Until, closed};
use process::Process;

mod bundles;
mod client;
mod process;
mod slow;

/// The number of connections for measuring throughput.
const CONNECTIONS: usize = 16;

/// The number of connections for measuring overload.
const MANY_CONNECTIONS: usize = 256;

/// The number of alternating parts into which compared measurements are split.
const ROUNDS: u32 = 4;

/// The number of slow clients.
const SLOW: usize = 2_000;

/// A configuration that caches nothing about organisations and bundles: every request is as if from
/// another organisation.
const COLD: &str = "cache = { organisation_bytes = 0, bundle_bytes = 0 }\n";

/// The parts that can be measured separately.
const PARTS: [&str; 4] = ["cold", "warm", "others", "memory"];

struct Plan {
    as_json: bool,
    parts: Vec<String>,
    seconds: Duration,
    organisations: usize,
    requests: usize,
    slow: usize,
}

pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let mut plan = Plan {
        as_json: false,
        parts: Vec::new(),
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
                plan.requests = number.ok_or("--requests needs a number")?;
            }
            part if PARTS.contains(&part) => plan.parts.push(part.to_owned()),
            other => {
                return Err(format!(
                    "unknown argument {other}; the parts of load are {}",
                    PARTS.join(", ")
                ));
            }
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

/// Builds the command; for a smoke test, as the tests build it.
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
    let folder = own.parent().and_then(Path::parent).ok_or("missing target folder")?;
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
            println!("{:24} valid {valid}  rejected {refused}  shed {shed}  failed {failed}", "");
        }
    }
}

impl Plan {
    /// Returns true if this part is measured: if none is named, all are.
    fn has(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|named| named == part)
    }
}

/// The configurations, trust anchors and requests for the servers.
struct Scene<'a> {
    plan: &'a Plan,
    report: Report,
    program: &'a Path,
    anchors: PathBuf,
    /// A configuration that caches everything, and one that caches only zones.
    warm: PathBuf,
    cold: PathBuf,
    organisations: Requests,
    one_token: Requests,
    bundles: Bundles,
}

async fn measure(plan: &Plan, program: &Path) -> Result<(), String> {
    let bundles = Bundles::make(plan.organisations, 100);
    let folder = std::env::temp_dir().join(format!("kliento-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map(|()| path).map_err(|error| error.to_string())
    };
    let scene = Scene {
        plan,
        report: Report { as_json: plan.as_json },
        program,
        anchors: file("anchors.ds", &bundles.trust_anchors)?,
        warm: file("warm.toml", "")?,
        cold: file("cold.toml", COLD)?,
        organisations: requests(&bundles.organisations),
        one_token: requests(bundles.tokens.get(..1).unwrap_or_default()),
        bundles,
    };
    let mut javascript = (f64::NAN, f64::NAN);
    if plan.has("cold") || plan.has("warm") {
        javascript = scene.javascript().await?;
    }
    if plan.has("cold") {
        scene.cold(javascript.0).await?;
    }
    if plan.has("warm") {
        scene.warm(javascript.1).await?;
    }
    if plan.has("others") {
        scene.others().await?;
    }
    if plan.has("memory") {
        scene.memory().await?;
    }
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())
}

fn requests(all: &[Vec<u8>]) -> Requests {
    Arc::new(all.iter().map(|der| request(der)).collect())
}

/// The ratio of a figure to that of the JavaScript verifier.
fn ratio(outcome: &Outcome, javascript: f64) -> [(&'static str, f64); 1] {
    [("times_javascript", outcome.goodput() / javascript)]
}

impl Scene<'_> {
    fn start(&self, set_up: &Path) -> Result<Process, String> {
        Process::ours(self.program, &self.anchors, set_up)
    }

    fn until(&self) -> Until {
        Until::Time(self.plan.seconds)
    }

    /// Goodput of the JavaScript verifier, cold and warm; NaN if it cannot be run.
    async fn javascript(&self) -> Result<(f64, f64), String> {
        if !process::has_javascript() {
            eprintln!(
                "skipped javascript: run `npm ci --ignore-scripts` in interop/js to measure it"
            );
            return Ok((f64::NAN, f64::NAN));
        }
        let server = Process::javascript(&self.anchors)?;
        closed(server.port, &self.one_token, CONNECTIONS, Until::Count(50)).await;
        let cold = closed(server.port, &self.organisations, CONNECTIONS, self.until()).await;
        self.report.tell("javascript/cold", &cold, &[]);
        expect_all_valid("javascript/cold", &cold)?;
        let warm = closed(server.port, &self.one_token, CONNECTIONS, self.until()).await;
        self.report.tell("javascript/warm", &warm, &[]);
        Ok((cold.goodput(), warm.goodput()))
    }

    /// Measures tokens that were never seen before.
    async fn cold(&self, javascript: f64) -> Result<(), String> {
        let requests = &self.organisations;
        let server = self.throughput("cold", &self.cold, requests, javascript).await?;
        self.overload("cold/overload-3x", &server, requests).await;
        Ok(())
    }

    /// Measures a single token, sent again and again.
    async fn warm(&self, javascript: f64) -> Result<(), String> {
        let requests = &self.one_token;
        let server = self.throughput("warm/bundle", &self.warm, requests, javascript).await?;
        self.overload("warm/overload-3x", &server, requests).await;
        let header = header_request(self.bundles.tokens.first().ok_or("missing token")?)?;
        let outcome = closed(server.port, &Arc::new(vec![header]), CONNECTIONS, self.until()).await;
        self.report.tell("warm/forward-auth", &outcome, &ratio(&outcome, javascript));
        expect_all_valid("warm/forward-auth", &outcome)
    }

    /// Measures as many requests as are answered; returns the server for further use.
    async fn throughput(
        &self,
        name: &str,
        set_up: &Path,
        requests: &Requests,
        javascript: f64,
    ) -> Result<Process, String> {
        let server = self.start(set_up)?;
        closed(server.port, requests, CONNECTIONS, Until::Count(100)).await;
        let outcome = closed(server.port, requests, CONNECTIONS, self.until()).await;
        self.report.tell(name, &outcome, &ratio(&outcome, javascript));
        expect_all_valid(name, &outcome)?;
        Ok(server)
    }

    /// Measures three times as many requests as can be answered.
    async fn overload(&self, name: &str, server: &Process, requests: &Requests) {
        let seconds = self.plan.seconds / ROUNDS;
        let [mut few, mut more, mut overloaded]: [Outcome; 3] = Default::default();
        let mut peak = 0.0;
        // In turns, so that other load on the machine affects all alike.
        for _ in 0..ROUNDS {
            let time = Until::Time(seconds);
            few.add(closed(server.port, requests, CONNECTIONS, time).await);
            // More connections than are needed to keep a server busy may achieve more.
            more.add(closed(server.port, requests, 4 * CONNECTIONS, time).await);
            peak = few.goodput().max(more.goodput());
            let connections = Opened::new(server.port, MANY_CONNECTIONS).await;
            overloaded.add(connections.ask(requests, peak * 3.0, seconds).await);
        }
        let figures = [("of_peak", overloaded.goodput() / peak), ("offered", peak * 3.0)];
        self.report.tell(name, &overloaded, &figures);
    }

    /// Measures the cost of slow or hostile clients to good ones.
    async fn others(&self) -> Result<(), String> {
        let (server, seconds) = (self.start(&self.warm)?, self.plan.seconds);
        closed(server.port, &self.one_token, CONNECTIONS, Until::Count(100)).await;
        let peak = closed(server.port, &self.one_token, 4 * CONNECTIONS, self.until()).await;
        // A tenth of the peak, so that p99 shows the effect of others and not of a queue.
        let rate = peak.goodput() / 10.0;
        let traps = requests(&self.bundles.key_traps);
        let [mut alone, mut beside_slow, mut beside_good, mut beside_traps, mut hostile]: [Outcome;
            5] = Default::default();
        // In turns, so that other load on the machine affects all alike, and three times as long as
        // other measurements: p99 rests on the few slowest requests, and a single stall of the
        // machine would decide it.
        for _ in 0..3 * ROUNDS {
            let seconds = seconds / ROUNDS;
            let connections = Opened::new(server.port, CONNECTIONS).await;
            alone.add(connections.ask(&self.one_token, rate, seconds).await);

            let clients = slow::open(server.port, self.plan.slow);
            tokio::time::sleep(seconds).await;
            let connections = Opened::new(server.port, CONNECTIONS).await;
            beside_slow.add(connections.ask(&self.one_token, rate, seconds).await);
            drop(clients);

            beside_good.add(self.half(&server, &self.one_token, rate, seconds).await?.0);
            let (good, other) = self.half(&server, &traps, rate, seconds).await?;
            beside_traps.add(good);
            hostile.add(other);
        }
        let times = |outcome: &Outcome, without: &Outcome| {
            ("p99_times", outcome.quantile(0.99) / without.quantile(0.99))
        };
        self.report.tell("tenth/alone", &alone, &[]);
        self.report.tell("tenth/slow-clients", &beside_slow, &[times(&beside_slow, &alone)]);
        self.report.tell("tenth/half-good", &beside_good, &[]);
        let figures = [times(&beside_traps, &beside_good), ("traps_answered", hostile.answered())];
        self.report.tell("tenth/half-key-trap", &beside_traps, &figures);
        expect_all_valid("slow-clients", &beside_slow)?;
        expect_all_valid("half-good", &beside_good)?;
        expect_all_valid("half-key-trap", &beside_traps)
    }

    /// Runs good clients with half of the load beside others with the other half; returns both
    /// outcomes.
    async fn half(
        &self,
        server: &Process,
        requests: &Requests,
        rate: f64,
        duration: Duration,
    ) -> Result<(Outcome, Outcome), String> {
        let good = Opened::new(server.port, CONNECTIONS).await;
        let begun = Arc::new(Barrier::new(2));
        // On a separate thread, so that good clients do not wait for their work.
        let others = on_own_thread({
            let (port, begun, requests) = (server.port, Arc::clone(&begun), Arc::clone(requests));
            async move {
                let others = Opened::new(port, 2 * MANY_CONNECTIONS).await;
                begun.wait().await;
                others.ask(&requests, rate / 2.0, duration).await
            }
        });
        begun.wait().await;
        let good = good.ask(&self.one_token, rate / 2.0, duration).await;
        Ok((good, others.await.map_err(|error| error.to_string())??))
    }

    /// Measures the server's memory after many requests, and after a tenth of them.
    async fn memory(&self) -> Result<(), String> {
        let (server, all) = (self.start(&self.warm)?, self.plan.requests);
        let bundles = [self.bundles.organisations.as_slice(), &self.bundles.tokens].concat();
        let requests = requests(&bundles);
        closed(server.port, &requests, CONNECTIONS, Until::Count(all / 10)).await;
        let (before, _) = server.resident_kib();
        let rest = Until::Count(all - all / 10);
        let outcome = closed(server.port, &requests, CONNECTIONS, rest).await;
        let (after, most) = server.resident_kib();
        let mib = |kib: u64| u32::try_from(kib).map_or(f64::NAN, f64::from) / 1024.0;
        let figures = [
            ("resident_mib_after_a_tenth", mib(before)),
            ("resident_mib", mib(after)),
            ("most_mib", mib(most)),
        ];
        self.report.tell("memory", &outcome, &figures);
        expect_all_valid("memory", &outcome)
    }
}

/// Runs clients that are not timed on a separate thread.
fn on_own_thread(
    clients: impl Future<Output = Outcome> + Send + 'static,
) -> JoinHandle<Result<Outcome, String>> {
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(runtime.map_err(|error| error.to_string())?.block_on(clients))
    })
}

fn expect_all_valid(name: &str, outcome: &Outcome) -> Result<(), String> {
    let Outcome { valid, refused, shed, failed, .. } = outcome;
    if *valid > 0 && refused + shed + failed == 0 {
        Ok(())
    } else {
        Err(format!("{name}: {valid} valid, {refused} rejected, {shed} shed, {failed} failed"))
    }
}
