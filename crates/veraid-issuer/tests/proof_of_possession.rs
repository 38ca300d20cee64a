//! Public keys are certified with proof of the private half, or by an explicit choice to go
//! without.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

mod common;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use common::{Fixture, certificate_period, key, serial};
use proptest::prelude::*;
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{AlgorithmProblem, OrganisationName, Profile, UserName};
use veraid_issuer::{
    CertificateAuthority, CertificateRequest, Challenge, IssueError, PolicyError, ProofError,
    ProvedPublicKey, SigningKey as _, SoftwareKey, UnsignedCertificateRequest,
};
use veraid_testkit::RsaKey;

fn organisation() -> OrganisationName {
    OrganisationName::from_common_name("example.com", Profile::VeraId).unwrap()
}

fn user(name: &str) -> UserName {
    UserName::new(name, Profile::VeraId).unwrap()
}

fn request(user: Option<&UserName>, key: &SoftwareKey) -> Vec<u8> {
    UnsignedCertificateRequest::new(user, &organisation(), key, PROVIDER)
        .unwrap()
        .sign(key)
        .unwrap()
}

#[test]
fn a_request_proves_possession_for_keys_of_every_size() {
    for (bits, name, expected) in [
        (2048, Some("alice"), "alice@example.com"),
        (3072, Some("Zoë 🐎"), "Zoë 🐎@example.com"),
        (4096, None, "example.com"),
    ] {
        let key = key(bits, 1);
        let der = request(name.map(user).as_ref(), &key);
        let proved = ProvedPublicKey::from_certificate_request(&der, PROVIDER).unwrap();
        assert_eq!(proved.as_spki_der(), key.public_key_der());
        assert_eq!(proved.requested_name(), Some(expected));
    }
}

#[test]
fn a_request_can_be_signed_elsewhere_but_by_its_own_key_alone() {
    let (own, other) = (key(2048, 1), key(2048, 2));
    let unsigned = UnsignedCertificateRequest::new(None, &organisation(), &*own, PROVIDER).unwrap();
    let signature = own.sign(unsigned.to_be_signed()).unwrap();
    let der = unsigned.clone().assemble(&signature).unwrap();
    assert!(ProvedPublicKey::from_certificate_request(&der, PROVIDER).is_ok());
    let foreign = other.sign(unsigned.to_be_signed()).unwrap();
    assert_eq!(unsigned.assemble(&foreign).unwrap_err(), IssueError::InvalidSignature);
}

#[test]
fn no_bit_of_a_request_can_be_changed() {
    let der = request(Some(&user("alice")), &key(2048, 1));
    for index in 0..der.len() {
        for bit in [0x01, 0x80] {
            let mut changed = der.clone();
            *changed.get_mut(index).unwrap() ^= bit;
            assert!(
                ProvedPublicKey::from_certificate_request(&changed, PROVIDER).is_err(),
                "octet {index}, bit {bit:#x}"
            );
        }
        let short = ProvedPublicKey::from_certificate_request(der.get(..index).unwrap(), PROVIDER);
        assert!(matches!(short, Err(ProofError::Form { .. })), "{index} octets: {short:?}");
    }
    let long = [der.as_slice(), &[0]].concat();
    assert_eq!(
        ProvedPublicKey::from_certificate_request(&long, PROVIDER),
        Err(ProofError::Form { reason: "there are trailing bytes" })
    );
    let large = vec![0x30; 16 * 1024 + 1];
    assert_eq!(
        ProvedPublicKey::from_certificate_request(&large, PROVIDER),
        Err(ProofError::Form { reason: "it is larger than 16 KiB" })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_answered(
        bytes in proptest::collection::vec(any::<u8>(), 0..64),
        place in any::<proptest::sample::Index>(),
        removed in 0_usize..8,
    ) {
        prop_assert!(ProvedPublicKey::from_certificate_request(&bytes, PROVIDER).is_err());
        let mut der = REQUEST.clone();
        let start = place.index(der.len());
        let end = start.saturating_add(removed).min(der.len());
        der.splice(start..end, bytes);
        let proved = ProvedPublicKey::from_certificate_request(&der, PROVIDER);
        prop_assert!(proved.is_err() || der == *REQUEST);
    }
}

static REQUEST: LazyLock<Vec<u8>> = LazyLock::new(|| request(Some(&user("alice")), &key(2048, 1)));

/// A request that OpenSSL creates and signs, in DER; `None` if it is not installed.
fn openssl_request(key: &RsaKey, subject: &str, options: &[&str]) -> Option<Vec<u8>> {
    let folder = std::env::temp_dir();
    let name = format!("kliento-request-{}-{:?}", std::process::id(), std::thread::current().id());
    let path = folder.join(name);
    std::fs::write(&path, key.pkcs8_der()).unwrap();
    let mut child = Command::new("openssl")
        .args(["req", "-new", "-outform", "DER", "-keyform", "DER", "-utf8", "-subj", subject])
        .arg("-key")
        .arg(&path)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map(Some)
        .unwrap_or_else(|error| {
            eprintln!("SKIPPED: openssl cannot be started, so requests of other software are not tried: {error}");
            None
        })?;
    let _ = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(output.status.success(), "{options:?}");
    Some(output.stdout)
}

#[test]
fn requests_of_openssl_are_read_and_their_algorithms_checked() {
    let key = RsaKey::fixed(2048, 1);
    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt"];
    let digest_salt = [&pss[..], &["rsa_pss_saltlen:digest"]].concat();
    let large_salt = [&pss[..], &["rsa_pss_saltlen:max"]].concat();
    for (hash, options, expected) in [
        ("-sha256", &[][..], Ok(())),
        ("-sha384", &[], Ok(())),
        ("-sha512", &[], Ok(())),
        ("-sha256", &digest_salt, Ok(())),
        ("-sha384", &digest_salt, Ok(())),
        ("-sha512", &digest_salt, Ok(())),
        ("-sha1", &[], Err(ProofError::AlgorithmNotAllowed)),
        ("-sha224", &[], Err(ProofError::AlgorithmNotAllowed)),
        ("-sha256", &large_salt, Err(ProofError::AlgorithmNotAllowed)),
    ] {
        let options = [&[hash], options].concat();
        let Some(der) = openssl_request(&key, "/CN=alice", &options) else { return };
        let proved = ProvedPublicKey::from_certificate_request(&der, PROVIDER);
        assert_eq!(proved.as_ref().map(|_| ()).map_err(|&error| error), expected, "{options:?}");
        if let Ok(proved) = proved {
            assert_eq!(proved.requested_name(), Some("alice"));
        }
    }
    let reason = |subject| {
        let der = openssl_request(&key, subject, &["-sha256"])?;
        Some(ProvedPublicKey::from_certificate_request(&der, PROVIDER))
    };
    if let Some(none) = reason("/O=Example") {
        assert_eq!(none, Err(ProofError::Form { reason: "its subject has no common name" }));
    }
    if let Some(two) = reason("/CN=alice/CN=bob") {
        assert_eq!(two, Err(ProofError::Form { reason: "its subject has several common names" }));
    }
    if let Some(extended) = openssl_request(
        &key,
        "/O=Example/CN=Zoë",
        &["-sha256", "-addext", "subjectAltName=DNS:example.com"],
    ) {
        let proved = ProvedPublicKey::from_certificate_request(&extended, PROVIDER).unwrap();
        assert_eq!(proved.requested_name(), Some("Zoë"));
    }
    let exponent_3 = RsaKey::fixed_with_exponent_3();
    if let Some(der) = openssl_request(&exponent_3, "/CN=alice", &["-sha256"]) {
        assert_eq!(
            ProvedPublicKey::from_certificate_request(&der, PROVIDER),
            Err(ProofError::Key(AlgorithmProblem::KeySize { bits: 2048 }))
        );
    }
}

#[test]
fn openssl_verifies_our_requests() {
    for bits in [2048, 3072, 4096] {
        let der = request(Some(&user("alice")), &key(bits, 1));
        let child = Command::new("openssl")
            .args(["req", "-inform", "DER", "-verify", "-noout", "-subject"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            eprintln!("SKIPPED: openssl is not installed, so no other software reads our requests");
            return;
        };
        child.stdin.take().unwrap().write_all(&der).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let subject = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(subject.contains("alice@example.com"), "{subject}");
    }
}

#[test]
fn a_request_is_good_for_the_member_that_it_names_alone() {
    let world = Fixture::new(Profile::VeraId);
    let certificate = world.identity.organisation_certificate().clone();
    let certificate_authority =
        CertificateAuthority::new(certificate, Profile::VeraId, world.key, PROVIDER).unwrap();
    let fixed = RsaKey::fixed(2048, 1);
    let issue = |subject: &str, name: Option<&str>| {
        let der = openssl_request(&fixed, &format!("/CN={subject}"), &["-sha256"])?;
        let public_key = ProvedPublicKey::from_certificate_request(&der, PROVIDER).unwrap();
        let name = name.map(user);
        let request = CertificateRequest {
            user: name.as_ref(),
            public_key: &public_key,
            validity: certificate_period(),
            serial_number: serial(2),
        };
        Some(certificate_authority.issue_member(request))
    };
    for (subject, name) in [
        ("alice", Some("alice")),
        ("alice@example.com", Some("alice")),
        ("alice@Example.COM.", Some("alice")),
        ("example.com", None),
        ("Example.com.", None),
        ("@", None),
        ("@example.com", None),
    ] {
        let Some(issued) = issue(subject, name) else { return };
        assert!(issued.is_ok(), "{subject}: {issued:?}");
    }
    for (subject, name, member) in [
        ("alice", Some("mallory"), "mallory@example.com"),
        ("alice@example.com", Some("mallory"), "mallory@example.com"),
        ("alice@example.org", Some("alice"), "alice@example.com"),
        ("Alice", Some("alice"), "alice@example.com"),
        ("alice", None, "example.com"),
        ("example.com", Some("alice"), "alice@example.com"),
        ("@", Some("alice"), "alice@example.com"),
        ("@example.org", None, "example.com"),
        ("example.org", None, "example.com"),
    ] {
        let Some(issued) = issue(subject, name) else { return };
        let (requested, member) = (subject.to_owned(), member.to_owned());
        assert_eq!(
            issued.unwrap_err(),
            PolicyError::RequestForAnother { requested, member }.into(),
            "{subject}"
        );
    }
}

#[test]
fn an_answered_challenge_proves_possession_of_that_key_and_for_that_challenge() {
    let (own, other) = (key(2048, 1), key(3072, 1));
    let (challenge, another) = (Challenge::from_random([7; 32]), Challenge::from_random([8; 32]));
    for key in [&own, &other] {
        let answer = challenge.answer(&**key, PROVIDER).unwrap();
        let proved =
            ProvedPublicKey::from_challenge(&challenge, key.public_key_der(), &answer, PROVIDER)
                .unwrap();
        assert_eq!(proved.as_spki_der(), key.public_key_der());
        assert_eq!(proved.requested_name(), None);
    }
    let answer = challenge.answer(&*own, PROVIDER).unwrap();
    let bare = own.sign(challenge.as_bytes()).unwrap();
    for (challenge, spki, signature) in [
        (&another, own.public_key_der(), answer.as_slice()),
        (&challenge, key(2048, 2).public_key_der(), &answer),
        (&challenge, own.public_key_der(), &bare),
        (&challenge, own.public_key_der(), &[]),
    ] {
        assert_eq!(
            ProvedPublicKey::from_challenge(challenge, spki, signature, PROVIDER),
            Err(ProofError::InvalidSignature)
        );
    }
    assert_eq!(
        ProvedPublicKey::from_challenge(&challenge, b"no key", &answer, PROVIDER),
        Err(ProofError::Key(AlgorithmProblem::KeyForm))
    );
    // Whatever the challenge is, the signed message is not DER.
    assert_eq!(challenge.to_be_signed(own.public_key_der()).first(), Some(&b'K'));
}

#[test]
fn keys_without_proof_are_checked_for_their_form_when_certified() {
    let world = Fixture::new(Profile::VeraId);
    let certificate = world.identity.organisation_certificate().clone();
    let certificate_authority =
        CertificateAuthority::new(certificate, Profile::VeraId, world.key, PROVIDER).unwrap();
    let issue = |spki: &[u8]| {
        certificate_authority.issue_member(CertificateRequest {
            user: None,
            public_key: &ProvedPublicKey::without_proof(spki),
            validity: certificate_period(),
            serial_number: serial(2),
        })
    };
    assert!(issue(key(2048, 1).public_key_der()).is_ok());
    assert_eq!(issue(b"no key").unwrap_err(), PolicyError::Key(AlgorithmProblem::KeyForm).into());
}
