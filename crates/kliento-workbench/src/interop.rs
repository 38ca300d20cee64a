//! `cargo xtask interop`: random bundles of ours, verified by the deployed JavaScript
//! implementation and by OpenSSL.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64ct::{Base64, Encoding};
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

mod world;

use crate::folder::in_repository;

use world::{Form, Issued, Plan, SERVICE, World};

/// The arguments of `cargo xtask interop`.
struct Arguments {
    count: usize,
    seed: u64,
}

/// Issues `count` random bundles and has the others verify them; fails if one of them is rejected.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let arguments = parse(arguments)?;
    println!("{} bundles, seed {}", arguments.count, arguments.seed);
    let bundles = issue(&arguments)?;
    verify_in_javascript(&bundles)?;
    verify_in_openssl(&bundles)
}

fn parse(arguments: &[&str]) -> Result<Arguments, String> {
    // Each run uses other bundles; the seed is printed so that a run can be repeated.
    let seconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs());
    let mut parsed = Arguments { count: 1000, seed: seconds };
    for pair in arguments.chunks(2) {
        match pair {
            ["--count", count] => parsed.count = count.parse().map_err(|_| usage())?,
            ["--seed", seed] => parsed.seed = seed.parse().map_err(|_| usage())?,
            _ => return Err(usage()),
        }
    }
    Ok(parsed)
}

fn usage() -> String {
    "the arguments are [--count N] [--seed N]".into()
}

fn issue(arguments: &Arguments) -> Result<Vec<Issued>, String> {
    let mut seed = [0; 32];
    seed.iter_mut().zip(arguments.seed.to_be_bytes()).for_each(|(to, from)| *to = from);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let worlds = World::all()?;
    let strategy = plans(worlds.len());
    (0..arguments.count)
        .map(|number| {
            let plan = strategy.new_tree(&mut runner).map_err(|error| error.to_string())?.current();
            let world = worlds.get(plan.world).ok_or("unknown world")?;
            world.issue(number, &plan).map_err(|error| format!("{plan:?}: {error}"))
        })
        .collect()
}

/// Random bundles within everything that VeraId allows in names, claims and content.
fn plans(worlds: usize) -> impl Strategy<Value = Plan> {
    let user = proptest::option::of(prop_oneof![
        "[a-z][a-z0-9._-]{0,15}",
        ".{1,40}",
        "[\u{1F300}-\u{1F64F}\u{4E00}-\u{9FFF}\u{627}-\u{64A}]{1,20}",
    ]);
    let claims = btree_map(".{0,20}", ".{0,40}", 0..6);
    let content = proptest::collection::vec(any::<u8>(), 1..2000);
    (0..worlds, any::<bool>(), forms(), user, "\\PC{1,60}", claims, content, 0_u64..=3540).prop_map(
        |(world, signed_by_member, form, user, audience, claims, content, lifetime_seconds)| Plan {
            world,
            signed_by_member,
            form,
            // Names that the rules reject are not issued, and have tests of their own.
            user: user.and_then(|user| world::user(&user)),
            audience,
            claims: claims.into_iter().collect(),
            content,
            lifetime_seconds,
        },
    )
}

/// Mostly signatures; a member id bundle now and then.
fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![
        4 => Just(Form::Token),
        2 => Just(Form::Attached),
        2 => Just(Form::Detached),
        1 => Just(Form::MemberId),
    ]
}

fn verify_in_javascript(bundles: &[Issued]) -> Result<(), String> {
    let folder = in_repository("interop/js");
    if !folder.join("node_modules").is_dir() {
        return Err("run `npm ci --ignore-scripts` in interop/js first".into());
    }
    let mut child = Command::new("node")
        .args(["verify.mjs", "--clock", "vector", "--check"])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("node cannot be started: {error}"))?;
    let stdin = child.stdin.take().ok_or("node has no standard input")?;
    let lines: Vec<String> = bundles.iter().map(|issued| vector(issued).to_string()).collect();
    // Written from another thread, because node answers before it has read everything.
    let writer = std::thread::spawn(move || {
        let mut stdin = stdin;
        lines.iter().try_for_each(|line| writeln!(stdin, "{line}"))
    });
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    writer.join().map_err(|_| "the writer ended early")?.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let valid = text.lines().filter(|line| line.contains(r#""result":"valid""#)).count();
    println!("JavaScript: {valid} of {} valid", bundles.len());
    if output.status.success() && valid == bundles.len() {
        Ok(())
    } else {
        Err("the JavaScript implementation differs; see above".into())
    }
}

/// A bundle in the form of a test vector, with the expected result.
fn vector(issued: &Issued) -> Value {
    let mut expect = object(json!({
        "result": "valid",
        "subject": issued.subject,
        "organisation": world::ORGANISATION,
        "user": issued.user,
    }));
    let mut vector = object(json!({
        "id": issued.id,
        "profile": "veraid",
        "trust_anchors": issued.trust_anchors.lines().collect::<Vec<_>>(),
        "at": issued.at.to_string(),
        "input": Base64::encode_string(&issued.bundle),
    }));
    if issued.form != Form::MemberId {
        let signer = if issued.signed_by_member { "member" } else { "organisation" };
        expect.insert("signer".into(), json!(signer));
    }
    let content = Base64::encode_string(&issued.content);
    let more = match (&issued.token, issued.form) {
        (Some(token), _) => {
            let claims: BTreeMap<_, _> = token.claims().iter().collect();
            expect.insert("claims".into(), json!(claims));
            let service = kliento::service_oid().to_string();
            json!({"operation": "verify-token", "service": service, "audience": token.audience()})
        }
        (None, Form::MemberId) => {
            json!({"operation": "verify-member-id-bundle", "service": SERVICE})
        }
        (None, Form::Detached) => {
            expect.insert("plaintext".into(), json!(content));
            json!({"operation": "verify-bundle", "service": SERVICE, "plaintext": content})
        }
        (None, _) => {
            expect.insert("plaintext".into(), json!(content));
            json!({"operation": "verify-bundle", "service": SERVICE})
        }
    };
    vector.extend(object(more));
    vector.insert("expect".into(), expect.into());
    vector.into()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn verify_in_openssl(bundles: &[Issued]) -> Result<(), String> {
    let folder = Folder::new()?;
    let accepted = bundles
        .iter()
        .map(|issued| openssl_accepts(issued, &folder.0))
        .collect::<Result<Vec<bool>, String>>()?;
    let refused: Vec<&str> = bundles
        .iter()
        .zip(&accepted)
        .filter(|(_, accepted)| !**accepted)
        .map(|(issued, _)| issued.id.as_str())
        .collect();
    println!("OpenSSL: {} of {} valid", bundles.len() - refused.len(), bundles.len());
    if refused.is_empty() { Ok(()) } else { Err(format!("OpenSSL rejects {}", refused.join(", "))) }
}

/// Has OpenSSL verify the CMS signature, if there is one, and the path from its certificate to the
/// organisation's.
fn openssl_accepts(issued: &Issued, folder: &Path) -> Result<bool, String> {
    let write = |name: &str, octets: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, octets).map_err(|error| error.to_string()).map(|()| path)
    };
    let organisation = write("organisation.pem", &issued.organisation_pem()?)?;
    let mut command = Command::new("openssl");
    match issued.form {
        Form::MemberId => command.args(["verify", "-purpose", "any"]),
        // With -cades the signature must name the certificate that it is verified with.
        _ => command
            .args(["cms", "-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER"]),
    };
    command.args(["-attime", &issued.at.as_unix_seconds().to_string()]);
    command.arg("-CAfile").arg(&organisation);
    if issued.form == Form::MemberId {
        command.arg(write("member.pem", &world::certificate_pem(&issued.last_field())?)?);
    } else {
        command.arg("-certfile").arg(&organisation);
        command.arg("-in").arg(write("signature.der", &issued.last_field())?);
    }
    if issued.form == Form::Detached {
        command.arg("-content").arg(write("content", &issued.content)?);
    }
    let output = command.output().map_err(|error| format!("openssl cannot be started: {error}"))?;
    let has_content = issued.form == Form::MemberId || output.stdout == issued.content;
    let accepted = output.status.success() && has_content;
    if !accepted {
        eprintln!("{}: {}", issued.id, String::from_utf8_lossy(&output.stderr));
    }
    Ok(accepted)
}

/// A folder that is removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("kliento-interop-{}", std::process::id()));
        std::fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
