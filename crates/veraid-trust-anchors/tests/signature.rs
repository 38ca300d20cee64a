//! The signature over a file of trust anchors: IANA's own, and signatures by an authority of ours
//! that are wrong in one respect at a time.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use base64ct::{Base64, Encoding};
use veraid_dnssec::Timestamp;
use veraid_dnssec::crypto::DigestAlgorithm;
use veraid_dnssec::crypto::rust_crypto::PROVIDER;
use veraid_testkit::der_writer::{
    BIT_STRING, IA5_STRING, bit_string, boolean, context_constructed, context_primitive, integer,
    null, octet_string, oid, retag, sequence, tlv, utf8_string,
};
use veraid_testkit::{
    Digest, DigestParameters, RsaKey, SetOrder, attribute_type_and_value, distinguished_name,
    pkcs1_algorithm_der, x509_time,
};
use veraid_trust_anchors::{AnchorFile, Authorities, Signature, SignatureError};

const XML: &[u8] = include_bytes!("../../../test-vectors/public/iana/root-anchors.xml");
const P7S: &[u8] = include_bytes!("../../../test-vectors/public/iana/root-anchors.p7s");
const SIGNER: &str = "anchors@example.org";

/// 2025-01-01T00:00:00Z, when IANA's signature was current.
const THEN: Timestamp = Timestamp::from_unix_seconds(1_735_689_600);

#[test]
fn ianas_signature_over_its_file_is_valid() {
    let signature = Signature::new(P7S);
    let verified =
        signature.verify(XML, Signature::IANA, &Authorities::icann(), THEN, PROVIDER).unwrap();
    assert_eq!(verified.signer(), "dnssec@iana.org");
    assert_eq!(verified.signed_at().unwrap().to_string(), "2024-10-22T18:10:05Z");
    assert_eq!(verified.validity().to_string(), "2021-07-08T22:48:13Z/2026-07-07T22:48:13Z");
    assert!(AnchorFile::read(XML, PROVIDER).is_ok());

    let authorities = Authorities::icann();
    let verify = |content: &[u8], at| {
        signature.verify(content, Signature::IANA, &authorities, at, PROVIDER).unwrap_err()
    };
    assert_eq!(verify(&[XML, b"\n"].concat(), THEN), SignatureError::OtherContent);
    let late = Timestamp::from_unix_seconds(1_795_348_800);
    let expired = SignatureError::NotValidAt { at: late, validity: verified.validity() };
    assert_eq!(verify(XML, late), expired);
    assert_eq!(
        expired.to_string(),
        "a certificate of the signature is valid 2021-07-08T22:48:13Z/2026-07-07T22:48:13Z, not at 2026-11-22T12:00:00Z"
    );
    let pem = format!("-----BEGIN CMS-----\n{}\n-----END CMS-----\n", Base64::encode_string(P7S));
    assert!(
        Signature::new(pem.as_bytes())
            .verify(XML, Signature::IANA, &authorities, THEN, PROVIDER)
            .is_ok()
    );
}

#[test]
fn the_authority_that_is_built_in_is_icanns() {
    let der = include_bytes!("../data/icann-root-ca.der");
    let fingerprint: Vec<String> =
        PROVIDER.digest(DigestAlgorithm::Sha256, der).iter().map(|o| format!("{o:02X}")).collect();
    assert_eq!(
        fingerprint.join(":"),
        "AE:E8:99:06:D7:CC:60:C5:E1:51:F3:BB:92:3A:BF:8A:1B:28:DC:85:5D:5E:21:27:CB:52:4E:AD:4A:AD:60:3D"
    );
    assert_eq!(Authorities::read(der), Ok(Authorities::icann()));
}

#[test]
fn every_bit_of_ianas_signature_counts_or_changes_nothing() {
    let authorities = Authorities::icann();
    let verify = |bytes: &[u8]| {
        Signature::new(bytes).verify(XML, Signature::IANA, &authorities, THEN, PROVIDER)
    };
    let good = verify(P7S).unwrap();
    let mut harmless = 0;
    for at in 0..P7S.len() {
        let mut changed = P7S.to_vec();
        changed[at] ^= 1 << (at % 8);
        match verify(&changed) {
            // Versions, announced algorithms and the authority's certificate beside the signer's
            // are not needed.
            Ok(verified) => {
                assert_eq!(verified, good);
                harmless += 1;
            }
            Err(_) => continue,
        }
    }
    assert!(harmless < P7S.len() / 2, "{harmless}");
}

/// A certificate to be issued.
#[derive(Clone)]
struct Certificate {
    serial: u64,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    from: Timestamp,
    until: Timestamp,
    extensions: Vec<Vec<u8>>,
    algorithm: Digest,
}

fn name(common_name: &str, email: Option<&str>) -> Vec<u8> {
    let mut attributes = vec![attribute_type_and_value("2.5.4.3", &utf8_string(common_name))];
    if let Some(email) = email {
        let value = tlv(IA5_STRING, &[email.as_bytes()]);
        attributes.push(attribute_type_and_value("1.2.840.113549.1.9.1", &value));
    }
    distinguished_name(&attributes)
}

fn extension(id: &str, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { boolean(true) } else { vec![] };
    sequence(&[&oid(id), &critical, &octet_string(value)])
}

fn constraints(is_authority: bool, path_length: Option<u64>) -> Vec<u8> {
    let is_authority = if is_authority { boolean(true) } else { vec![] };
    let length = path_length.map(integer).unwrap_or_default();
    extension("2.5.29.19", true, &sequence(&[&is_authority, &length]))
}

/// KeyUsage with these bits of its first byte.
fn usage(bits: u8) -> Vec<u8> {
    extension("2.5.29.15", true, &tlv(BIT_STRING, &[&[0, bits]]))
}

const SIGNS_CONTENT: u8 = 0x80;
const SIGNS_CERTIFICATES: u8 = 0x04;

impl Certificate {
    fn authority(common_name: &str) -> Self {
        let subject = name(common_name, None);
        Self {
            serial: 1,
            issuer: subject.clone(),
            subject,
            from: THEN.saturating_sub(86_400),
            until: THEN.saturating_add(86_400),
            extensions: vec![constraints(true, None), usage(SIGNS_CERTIFICATES)],
            algorithm: Digest::Sha256,
        }
    }

    fn signer() -> Self {
        let mail = sequence(&[&oid("1.3.6.1.5.5.7.3.4")]);
        Self {
            serial: 7,
            issuer: name("Authority", None),
            subject: name("Signer", Some(SIGNER)),
            extensions: vec![
                constraints(false, None),
                usage(SIGNS_CONTENT),
                extension("2.5.29.37", false, &mail),
            ],
            ..Self::authority("Authority")
        }
    }

    fn der(&self, key: RsaKey, issuer_key: RsaKey) -> Vec<u8> {
        let algorithm = pkcs1_algorithm_der(self.algorithm);
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let validity = sequence(&[&x509_time(self.from), &x509_time(self.until)]);
        let tbs = sequence(&[
            &context_constructed(0, &integer(2)),
            &integer(self.serial),
            &algorithm,
            &self.issuer,
            &validity,
            &self.subject,
            &key.spki_der(),
            &context_constructed(3, &sequence(&extensions)),
        ]);
        let signature = issuer_key.sign_pkcs1(self.algorithm, &tbs);
        sequence(&[&tbs, &algorithm, &bit_string(&signature)])
    }
}

/// A signature to be made, valid until it is changed.
struct Made {
    root: Certificate,
    between: Vec<Certificate>,
    signer: Certificate,
    signer_key: RsaKey,
    /// The key that issues the signer's certificate, if it is not its issuer's.
    issuing_key: Option<RsaKey>,
    content_type: &'static str,
    attributes: Vec<Vec<u8>>,
    digest: Digest,
    algorithm: Vec<u8>,
    signer_infos: usize,
    encapsulated: Vec<u8>,
    has_certificates: bool,
    serial_in_info: u64,
    trailing: Vec<u8>,
}

fn attribute(id: &str, values: &[Vec<u8>]) -> Vec<u8> {
    let values = veraid_testkit::der_writer::set_of(values, SetOrder::Sorted);
    sequence(&[&oid(id), &values])
}

fn digest_attribute(content: &[u8]) -> Vec<u8> {
    attribute("1.2.840.113549.1.9.4", &[octet_string(&Digest::Sha256.of(content))])
}

impl Made {
    fn new() -> Self {
        Self {
            root: Certificate::authority("Authority"),
            between: vec![],
            signer: Certificate::signer(),
            signer_key: RsaKey::fixed(2048, 1),
            issuing_key: None,
            content_type: "1.2.840.113549.1.7.2",
            attributes: vec![
                attribute("1.2.840.113549.1.9.3", &[oid("1.2.840.113549.1.7.1")]),
                digest_attribute(XML),
            ],
            digest: Digest::Sha256,
            algorithm: sequence(&[&oid("1.2.840.113549.1.1.1"), &null()]),
            signer_infos: 1,
            encapsulated: vec![],
            has_certificates: true,
            serial_in_info: 7,
            trailing: vec![],
        }
    }

    /// With authorities between the root and the signer, each issued by the one before.
    fn with_authorities_between(mut self, authorities: Vec<Certificate>) -> Self {
        self.between = authorities;
        self
    }

    fn root_key() -> RsaKey {
        RsaKey::fixed(2048, 0)
    }

    fn authority(&self) -> Vec<u8> {
        self.root.der(Self::root_key(), Self::root_key())
    }

    fn signature(&self) -> Vec<u8> {
        let mut certificates = Vec::new();
        let mut issuer_key = Self::root_key();
        let mut issuer = self.root.subject.clone();
        for (index, certificate) in self.between.iter().enumerate() {
            let key = RsaKey::fixed(2048, index + 2);
            let certificate = Certificate { issuer, ..certificate.clone() };
            certificates.push(certificate.der(key, issuer_key));
            (issuer_key, issuer) = (key, certificate.subject.clone());
        }
        let mut signer = self.signer.clone();
        if !self.between.is_empty() {
            signer.issuer = issuer;
        }
        let issuing_key = self.issuing_key.unwrap_or(issuer_key);
        certificates.push(signer.der(self.signer_key, issuing_key));

        let signed = veraid_testkit::der_writer::set_of(&self.attributes, SetOrder::Sorted);
        let info = sequence(&[
            &integer(1),
            &sequence(&[&signer.issuer, &integer(self.serial_in_info)]),
            &self.digest.algorithm_der(DigestParameters::Absent),
            &retag(0xA0, &signed),
            &self.algorithm,
            &octet_string(&self.signer_key.sign_pkcs1(self.digest, &signed)),
        ]);
        let infos = vec![info; self.signer_infos];
        let set = |elements: &[Vec<u8>]| {
            let elements: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
            tlv(0x31, &elements)
        };
        let attached =
            if self.has_certificates { retag(0xA0, &set(&certificates)) } else { vec![] };
        let signed_data = sequence(&[
            &integer(1),
            &set(&[self.digest.algorithm_der(DigestParameters::Absent)]),
            &sequence(&[&oid("1.2.840.113549.1.7.1"), &self.encapsulated]),
            &attached,
            &set(&infos),
        ]);
        let info = sequence(&[&oid(self.content_type), &context_constructed(0, &signed_data)]);
        [info, self.trailing.clone()].concat()
    }

    fn verify(&self) -> Result<(), SignatureError> {
        self.verify_with(&Authorities::read(&self.authority())?)
    }

    fn verify_with(&self, authorities: &Authorities) -> Result<(), SignatureError> {
        Signature::new(&self.signature())
            .verify(XML, SIGNER, authorities, THEN, PROVIDER)
            .map(|verified| assert_eq!(verified.signer(), SIGNER))
    }
}

fn changed(change: impl FnOnce(&mut Made)) -> Result<(), SignatureError> {
    let mut made = Made::new();
    change(&mut made);
    made.verify()
}

fn authority_named(common_name: &str) -> Certificate {
    Certificate { serial: 3, ..Certificate::authority(common_name) }
}

#[test]
fn a_signature_by_a_custom_authority_is_valid() {
    assert_eq!(Made::new().verify(), Ok(()));
    // Any SHA-2 digest, and the algorithm named with its hash.
    for digest in [Digest::Sha384, Digest::Sha512] {
        let verified = changed(|made| {
            made.digest = digest;
            made.algorithm = pkcs1_algorithm_der(digest);
            made.attributes[1] =
                attribute("1.2.840.113549.1.9.4", &[octet_string(&digest.of(XML))]);
        });
        assert_eq!(verified, Ok(()), "{digest:?}");
    }
    // The address among the alternative names, in another case.
    let verified = changed(|made| {
        made.signer.subject = name("Signer", None);
        let names = sequence(&[&context_primitive(1, b"Anchors@Example.org")]);
        made.signer.extensions.push(extension("2.5.29.17", false, &names));
    });
    assert_eq!(verified, Ok(()));
    // Without usages everything is allowed; other extensions are ignored if they are not critical.
    let verified = changed(|made| {
        made.signer.extensions = vec![extension("1.2.3.4", false, &[5, 0])];
    });
    assert_eq!(verified, Ok(()));
}

#[test]
fn authorities_may_stand_between_up_to_a_path_of_four() {
    for count in 0..4 {
        let between =
            (0..count).map(|index| authority_named(&format!("Between {index}"))).collect();
        assert_eq!(Made::new().with_authorities_between(between).verify(), Ok(()), "{count}");
    }
    let between: Vec<_> =
        (0..4).map(|index| authority_named(&format!("Between {index}"))).collect();
    let made = Made::new().with_authorities_between(between);
    assert_eq!(made.verify(), Err(SignatureError::Untrusted));
}

#[test]
fn each_rule_about_certificates_is_enforced() {
    let not_valid = |certificate: &Certificate| SignatureError::NotValidAt {
        at: THEN,
        validity: veraid_dnssec::ValidityPeriod::new(certificate.from, certificate.until).unwrap(),
    };
    let (before, after) = (THEN.saturating_sub(1), THEN.saturating_add(1));
    let mut ended = Certificate::authority("Authority");
    ended.until = before;
    let mut early = Certificate::signer();
    early.from = after;
    let between =
        |certificate: Certificate| Made::new().with_authorities_between(vec![certificate]).verify();
    let without = |certificate: Certificate, extensions: Vec<Vec<u8>>| Certificate {
        extensions,
        ..certificate
    };
    let plain = || authority_named("Between");
    for (case, found, expected) in [
        ("root ended", changed(|made| made.root = ended.clone()), not_valid(&ended)),
        ("signer early", changed(|made| made.signer = early.clone()), not_valid(&early)),
        (
            "issued by another key",
            changed(|made| made.issuing_key = Some(RsaKey::fixed(2048, 5))),
            SignatureError::Untrusted,
        ),
        (
            "issued by another name",
            changed(|made| made.signer.issuer = name("Other", None)),
            SignatureError::Untrusted,
        ),
        (
            "between is not an authority",
            between(without(plain(), vec![usage(SIGNS_CERTIFICATES)])),
            SignatureError::Untrusted,
        ),
        (
            "between may not issue",
            between(without(plain(), vec![constraints(true, None), usage(SIGNS_CONTENT)])),
            SignatureError::Untrusted,
        ),
        (
            "root has no room below",
            {
                let mut made = Made::new().with_authorities_between(vec![plain()]);
                made.root.extensions = vec![constraints(true, Some(0)), usage(SIGNS_CERTIFICATES)];
                made.verify()
            },
            SignatureError::Untrusted,
        ),
        (
            "signer may not sign",
            changed(|made| made.signer.extensions[1] = usage(SIGNS_CERTIFICATES)),
            SignatureError::NotForSigning,
        ),
        (
            "signer is for servers",
            changed(|made| {
                let servers = sequence(&[&oid("1.3.6.1.5.5.7.3.1")]);
                made.signer.extensions[2] = extension("2.5.29.37", false, &servers);
            }),
            SignatureError::NotForSigning,
        ),
        (
            "another signer",
            changed(|made| made.signer.subject = name("Signer", Some("other@example.org"))),
            SignatureError::OtherSigner {
                expected: SIGNER.into(),
                found: vec!["other@example.org".into()],
            },
        ),
        (
            "no address",
            changed(|made| made.signer.subject = name(SIGNER, None)),
            SignatureError::OtherSigner { expected: SIGNER.into(), found: vec![] },
        ),
        (
            "unknown critical extension",
            changed(|made| made.signer.extensions.push(extension("1.2.3.4", true, &[5, 0]))),
            SignatureError::CriticalExtension,
        ),
        (
            "extension twice",
            changed(|made| made.signer.extensions.push(usage(SIGNS_CONTENT))),
            SignatureError::MalformedCertificate,
        ),
        (
            "key of 1024 bits",
            changed(|made| made.signer_key = RsaKey::fixed(1024, 0)),
            SignatureError::Unsupported,
        ),
    ] {
        assert_eq!(found, Err(expected), "{case}");
    }
    // Another authority's certificate with the same name does not help.
    let made = Made::new();
    let other =
        Certificate::authority("Authority").der(RsaKey::fixed(2048, 4), RsaKey::fixed(2048, 4));
    assert_eq!(
        made.verify_with(&Authorities::read(&other).unwrap()),
        Err(SignatureError::Untrusted)
    );
    assert_eq!(made.verify_with(&Authorities::icann()), Err(SignatureError::Untrusted));
}

#[test]
fn each_rule_about_the_signature_is_enforced() {
    for (case, found, expected) in [
        (
            "other content",
            changed(|made| made.attributes[1] = digest_attribute(b"other")),
            SignatureError::OtherContent,
        ),
        ("no digest", changed(|made| drop(made.attributes.pop())), SignatureError::Malformed),
        (
            "two digests",
            changed(|made| made.attributes.push(digest_attribute(b"other"))),
            SignatureError::Malformed,
        ),
        (
            "a digest with two values",
            changed(|made| {
                let digests = [octet_string(&[0; 32]), octet_string(&Digest::Sha256.of(XML))];
                made.attributes[1] = attribute("1.2.840.113549.1.9.4", &digests);
            }),
            SignatureError::Malformed,
        ),
        (
            "no content type",
            changed(|made| drop(made.attributes.remove(0))),
            SignatureError::Malformed,
        ),
        (
            "another content type",
            changed(|made| {
                made.attributes[0] =
                    attribute("1.2.840.113549.1.9.3", &[oid("1.2.840.113549.1.7.2")])
            }),
            SignatureError::Malformed,
        ),
        (
            "no SignedData",
            changed(|made| made.content_type = "1.2.840.113549.1.7.1"),
            SignatureError::Malformed,
        ),
        (
            "not detached",
            changed(|made| made.encapsulated = context_constructed(0, &octet_string(XML))),
            SignatureError::Malformed,
        ),
        ("two signers", changed(|made| made.signer_infos = 2), SignatureError::Malformed),
        ("no signer", changed(|made| made.signer_infos = 0), SignatureError::Malformed),
        (
            "octets after the end",
            changed(|made| made.trailing = vec![0]),
            SignatureError::Malformed,
        ),
        (
            "no certificates",
            changed(|made| made.has_certificates = false),
            SignatureError::NoSignerCertificate,
        ),
        (
            "another serial number",
            changed(|made| made.serial_in_info = 8),
            SignatureError::NoSignerCertificate,
        ),
        (
            "another algorithm",
            changed(|made| made.algorithm = sequence(&[&oid("1.2.840.113549.1.1.10")])),
            SignatureError::Unsupported,
        ),
        (
            "another hash than announced",
            changed(|made| made.algorithm = pkcs1_algorithm_der(Digest::Sha512)),
            SignatureError::Unsupported,
        ),
    ] {
        assert_eq!(found, Err(expected), "{case}");
    }
    let authorities = Authorities::icann();
    for nothing in [&b""[..], b"hello", b"\x30\x00", b"-----BEGIN CMS-----\n-----END CMS-----"] {
        let error =
            Signature::new(nothing).verify(XML, SIGNER, &authorities, THEN, PROVIDER).unwrap_err();
        assert_eq!(error, SignatureError::Malformed);
    }
}

#[test]
fn authorities_are_read_from_pem_and_der() {
    let der = Made::new().authority();
    let block = format!(
        "subject=Authority\n-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        Base64::encode_string(&der)
    );
    let one = Authorities::read(block.as_bytes()).unwrap();
    assert_eq!(Authorities::read(&der).as_ref(), Ok(&one));
    assert_eq!(Made::new().verify_with(&one), Ok(()));
    assert!(Authorities::read(block.repeat(8).as_bytes()).is_ok());
    for (nothing, expected) in [
        (Vec::new(), SignatureError::NoAuthority),
        (b"hello".to_vec(), SignatureError::NoAuthority),
        (block.repeat(9).into_bytes(), SignatureError::NoAuthority),
        (sequence(&[&integer(1)]), SignatureError::MalformedCertificate),
    ] {
        assert_eq!(Authorities::read(&nothing), Err(expected));
    }
}
