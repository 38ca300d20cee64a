//! Running the vectors for the errors that they meet.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use kliento::{
    Profile, Timestamp, TokenBundle, TokenPolicy, TrustAnchors, ValidityPeriod, VerificationPolicy,
    Verifier,
};
use serde_json::Value;
use veraid_core::{MemberIdBundle, ServiceOid, SignatureBundle, VerifyError};
use veraid_dnssec::{ChainVerifier, Name, Question};

/// An error by its enum, `crate::Enum`, and its Debug text.
pub(crate) struct Met {
    pub(crate) type_name: String,
    pub(crate) debug: String,
}

/// What the vectors that are not valid are refused for.
pub(crate) fn errors() -> Vec<Met> {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    let vectors = files.iter().map(|file| {
        serde_json::from_str::<Value>(&std::fs::read_to_string(file).unwrap()).unwrap()
    });
    vectors
        .filter(|vector| vector["expect"]["result"] != "valid")
        .filter_map(|v| error(&v))
        .collect()
}

/// What the vector in `file` is refused for by a verifier that wants organisation certificates to be self-issued.
pub(crate) fn refused_as_foreign(file: &str) -> VerifyError {
    let vector: Value =
        serde_json::from_str(&std::fs::read_to_string(root().join(file)).unwrap()).unwrap();
    let policy = VerificationPolicy::default().refusing_foreign_issuers();
    let verifier = verifier(&vector).with_policy(policy);
    let bundle = SignatureBundle::from_der(&octets(&vector, "input")).unwrap();
    bundle.verify(&service(&vector), period(&vector), &verifier).unwrap_err()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "json") && !path.ends_with("schema.json") {
            files.push(path);
        }
    }
}

fn met<E: Debug>(error: &E) -> Met {
    let path = std::any::type_name::<E>();
    let krate = path.split("::").next().unwrap();
    let name = path.rsplit("::").next().unwrap();
    Met { type_name: format!("{krate}::{name}"), debug: format!("{error:?}") }
}

/// The error of one vector; that it is the right one is tested elsewhere.
fn error(vector: &Value) -> Option<Met> {
    match text(vector, "operation") {
        "verify-token" => {
            let bundle = match vector["header"].as_str() {
                Some(header) => TokenBundle::from_auth_header(header),
                None => TokenBundle::from_der(&octets(vector, "input")),
            };
            let policy = match vector["max_validity"].as_u64() {
                Some(seconds) => TokenPolicy::default().with_max_validity_seconds(seconds),
                None => TokenPolicy::default(),
            };
            let at = period(vector).start();
            let audience = text(vector, "audience");
            match bundle {
                Ok(bundle) => bundle
                    .verify_with(policy, audience, at, &verifier(vector))
                    .err()
                    .map(|e| met(&e)),
                Err(error) => Some(met(&error)),
            }
        }
        "verify-bundle" => match SignatureBundle::from_der(&octets(vector, "input")) {
            Ok(bundle) => {
                let (service, period) = (service(vector), period(vector));
                let verified = if vector.get("plaintext").is_some() {
                    let content = octets(vector, "plaintext");
                    bundle.verify_detached(&content, &service, period, &verifier(vector))
                } else {
                    bundle.verify(&service, period, &verifier(vector))
                };
                verified.err().map(|e| met(&e))
            }
            Err(error) => Some(met(&error)),
        },
        "verify-member-id-bundle" => match MemberIdBundle::from_der(&octets(vector, "input")) {
            Ok(bundle) => bundle
                .verify(&service(vector), period(vector), &verifier(vector))
                .err()
                .map(|e| met(&e)),
            Err(error) => Some(met(&error)),
        },
        "verify-chain" => match veraid_core::parse_dnssec_chain(&octets(vector, "input")) {
            Ok(chain) => {
                let name: Name = text(vector, "name").parse().unwrap();
                let question =
                    Question { name, record_type: text(vector, "type").parse().unwrap() };
                let chains = ChainVerifier::new(anchors(vector), veraid_aws_lc_rs::PROVIDER);
                chain.verify(&question, period(vector), &chains).err().map(|e| met(&e))
            }
            Err(error) => Some(met(&error)),
        },
        other => panic!("unknown operation {other}"),
    }
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{field} is no text"))
}

fn octets(vector: &Value, field: &str) -> Vec<u8> {
    Base64::decode_vec(text(vector, field)).unwrap()
}

fn service(vector: &Value) -> ServiceOid {
    vector["service"].as_str().unwrap_or("1.3.6.1.4.1.58708.3.0").parse().unwrap()
}

fn period(vector: &Value) -> ValidityPeriod {
    let instant = |value: &Value| {
        let format = time::format_description::well_known::Rfc3339;
        let time = time::OffsetDateTime::parse(value.as_str().unwrap(), &format).unwrap();
        Timestamp::from_unix_seconds(time.unix_timestamp().try_into().unwrap())
    };
    match vector.get("period") {
        Some(period) => {
            ValidityPeriod::new(instant(&period["from"]), instant(&period["until"])).unwrap()
        }
        None => ValidityPeriod::at(instant(&vector["at"])),
    }
}

fn anchors(vector: &Value) -> TrustAnchors {
    let lines: Vec<_> =
        vector["trust_anchors"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    TrustAnchors::from_presentation(&lines.join("\n")).unwrap()
}

fn verifier(vector: &Value) -> Verifier {
    let mut policy = VerificationPolicy::default();
    policy = match vector["accepted_profile"].as_str() {
        Some("veraid") => policy.only_profile(Profile::VeraId),
        Some("domainauth") => policy.only_profile(Profile::DomainAuth),
        _ => policy,
    };
    if let Some(seconds) = vector["leeway"].as_u64() {
        policy = policy.with_leeway_seconds(seconds);
    }
    Verifier::with_crypto(anchors(vector), veraid_aws_lc_rs::PROVIDER).with_policy(policy)
}
