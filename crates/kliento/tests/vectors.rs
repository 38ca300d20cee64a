//! Runs every vector of test-vectors/ under each provider: one test per file and provider, discovered, never listed.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use kliento::crypto::{CryptoProvider, rust_crypto};
use kliento::{
    Profile, SignatureKind, Timestamp, TokenBundle, TokenPolicy, TrustAnchors, ValidityPeriod,
    VerificationPolicy, Verifier,
};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};
use veraid_core::{MemberIdBundle, ServiceOid, SignatureBundle, VerifiedSignature};
use veraid_dnssec::{ChainVerifier, Name, Question};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(!files.is_empty(), "there are no vectors below {}", root.display());
    let trials = files.into_iter().flat_map(|file| {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        [("aws-lc-rs", veraid_aws_lc_rs::PROVIDER), ("rust-crypto", rust_crypto::PROVIDER)].map(
            |(provider, crypto)| {
                let file = file.clone();
                Trial::test(format!("{provider}::{name}"), move || run(&file, crypto))
            },
        )
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// Every JSON file in the folders of vectors; schema.json and keys are none.
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

fn run(file: &Path, crypto: CryptoProvider) -> Result<(), Failed> {
    let vector: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let expected = vector["expect"].as_object().ok_or("expect is no object")?;
    let found = verify(&Vector(&vector), crypto);
    // `stage` is for other implementations; every other fact that the vector states must be the one found.
    for (fact, value) in expected.iter().filter(|(fact, _)| *fact != "stage") {
        if found.get(fact) != Some(value) {
            return Err(
                format!("{fact} is {:?}, not {value}; all: {found:?}", found.get(fact)).into()
            );
        }
    }
    Ok(())
}

/// Facts by name, as `expect` of a vector has them.
type Facts = Map<String, Value>;

fn verify(vector: &Vector<'_>, crypto: CryptoProvider) -> Facts {
    match vector.text("operation") {
        "verify-token" => verify_token(vector, crypto),
        "verify-bundle" => verify_bundle(vector, crypto),
        "verify-member-id-bundle" => verify_member_id_bundle(vector, crypto),
        "verify-chain" => verify_chain(vector, crypto),
        other => panic!("unknown operation {other}"),
    }
}

fn verify_token(vector: &Vector<'_>, crypto: CryptoProvider) -> Facts {
    let bundle = match vector.0.get("header").and_then(Value::as_str) {
        Some(header) => TokenBundle::from_auth_header(header),
        None => TokenBundle::from_der(&vector.octets("input")),
    };
    let bundle = match bundle {
        Ok(bundle) => bundle,
        Err(error) => return failure("malformed", error.code()),
    };
    assert_eq!(
        TokenBundle::from_auth_header(&bundle.to_auth_header()).unwrap().to_der(),
        bundle.to_der()
    );
    let policy = vector.number("max_validity").map_or_else(TokenPolicy::default, |seconds| {
        TokenPolicy::default().with_max_validity_seconds(seconds)
    });
    let at = vector.period().start();
    match bundle.verify_with(policy, vector.text("audience"), at, &vector.verifier(crypto)) {
        Ok(token) => {
            let claims: Map<_, _> = token
                .claims()
                .iter()
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect();
            facts(json!({
                "result": "valid",
                "subject": token.subject().to_string(),
                "organisation": token.subject().organisation().as_str(),
                "user": token.subject().user().map(ToString::to_string),
                "signed_by": kind(token.kind()),
                "claims": claims,
                "audience": token.audience(),
                "valid_from": token.validity().start().to_string(),
                "valid_until": token.validity().end().to_string(),
            }))
        }
        Err(error) => failure("invalid", error.code()),
    }
}

fn verify_bundle(vector: &Vector<'_>, crypto: CryptoProvider) -> Facts {
    let octets = vector.octets("input");
    let bundle = match SignatureBundle::from_der(&octets) {
        Ok(bundle) => bundle,
        Err(error) => return failure("malformed", error.code()),
    };
    assert_eq!(bundle.to_der(), octets);
    let (service, period) = (vector.service(), vector.period());
    let verifier = vector.verifier(crypto);
    let verified = if vector.0.get("plaintext").is_some() {
        bundle.verify_detached(&vector.octets("plaintext"), &service, period, &verifier)
    } else {
        bundle.verify(&service, period, &verifier)
    };
    match verified {
        Ok(signature) => signature_facts(&signature),
        Err(error) => failure("invalid", error.code()),
    }
}

fn signature_facts(signature: &VerifiedSignature) -> Facts {
    facts(json!({
        "result": "valid",
        "subject": signature.member().to_string(),
        "organisation": signature.member().organisation().as_str(),
        "user": signature.member().user().map(ToString::to_string),
        "signed_by": kind(signature.kind()),
        "plaintext": Base64::encode_string(signature.plaintext()),
        "valid_from": signature.validity().start().to_string(),
        "valid_until": signature.validity().end().to_string(),
    }))
}

fn verify_member_id_bundle(vector: &Vector<'_>, crypto: CryptoProvider) -> Facts {
    let octets = vector.octets("input");
    let bundle = match MemberIdBundle::from_der(&octets) {
        Ok(bundle) => bundle,
        Err(error) => return failure("malformed", error.code()),
    };
    assert_eq!(bundle.to_der(), octets);
    match bundle.verify(&vector.service(), vector.period(), &vector.verifier(crypto)) {
        Ok(id) => facts(json!({
            "result": "valid",
            "subject": id.member().to_string(),
            "organisation": id.member().organisation().as_str(),
            "user": id.member().user().map(ToString::to_string),
            "valid_from": id.validity().start().to_string(),
            "valid_until": id.validity().end().to_string(),
        })),
        Err(error) => failure("invalid", error.code()),
    }
}

fn verify_chain(vector: &Vector<'_>, crypto: CryptoProvider) -> Facts {
    let chain = match veraid_core::parse_dnssec_chain(&vector.octets("input")) {
        Ok(chain) => chain,
        Err(error) => return failure("malformed", error.code()),
    };
    let name: Name = vector.text("name").parse().unwrap();
    let question = Question { name, record_type: vector.text("type").parse().unwrap() };
    let verifier = ChainVerifier::new(vector.anchors(), crypto);
    match chain.verify(&question, vector.period(), &verifier) {
        Ok(rrset) => facts(json!({
            "result": "valid",
            "records": rrset.rdata().map(Base64::encode_string).collect::<Vec<_>>(),
            "validity": rrset.validity().iter()
                .map(|run| json!({"from": run.start().to_string(), "until": run.end().to_string()}))
                .collect::<Vec<_>>(),
        })),
        Err(error) => failure("invalid", error.code()),
    }
}

fn kind(kind: SignatureKind) -> &'static str {
    match kind {
        SignatureKind::Member => "member",
        SignatureKind::Organisation => "organisation",
    }
}

fn facts(value: Value) -> Facts {
    match value {
        Value::Object(facts) => facts,
        other => panic!("{other} is no object"),
    }
}

fn failure(result: &str, code: u16) -> Facts {
    facts(json!({ "result": result, "code": format!("KL{code}") }))
}

struct Vector<'a>(&'a Value);

impl Vector<'_> {
    fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_else(|| panic!("{field} is no text"))
    }

    fn number(&self, field: &str) -> Option<u64> {
        self.0.get(field).and_then(Value::as_u64)
    }

    fn octets(&self, field: &str) -> Vec<u8> {
        Base64::decode_vec(self.text(field)).unwrap_or_else(|_| panic!("{field} is no Base64"))
    }

    fn service(&self) -> ServiceOid {
        let text = self.0.get("service").and_then(Value::as_str);
        text.unwrap_or("1.3.6.1.4.1.58708.3.0").parse().unwrap()
    }

    fn period(&self) -> ValidityPeriod {
        match self.0.get("period") {
            Some(period) => {
                let end = |name: &str| instant(period[name].as_str().unwrap());
                ValidityPeriod::new(end("from"), end("until")).unwrap()
            }
            None => ValidityPeriod::at(instant(self.text("at"))),
        }
    }

    fn anchors(&self) -> TrustAnchors {
        let lines = self.0["trust_anchors"].as_array().unwrap().iter();
        let lines: Vec<_> = lines.map(|line| line.as_str().unwrap()).collect();
        TrustAnchors::from_presentation(&lines.join("\n")).unwrap()
    }

    fn verifier(&self, crypto: CryptoProvider) -> Verifier {
        let mut policy = VerificationPolicy::default();
        policy = match self.0.get("accepted_profile").and_then(Value::as_str) {
            Some("veraid") => policy.only_profile(Profile::VeraId),
            Some("domainauth") => policy.only_profile(Profile::DomainAuth),
            _ => policy,
        };
        if let Some(seconds) = self.number("leeway") {
            policy = policy.with_leeway_seconds(seconds);
        }
        Verifier::with_crypto(self.anchors(), crypto).with_policy(policy)
    }
}

/// A time in RFC 3339, in UTC with whole seconds.
fn instant(text: &str) -> Timestamp {
    let format = time::format_description::well_known::Rfc3339;
    let time = time::OffsetDateTime::parse(text, &format).unwrap();
    Timestamp::from_unix_seconds(time.unix_timestamp().try_into().unwrap())
}
