//! Seeds: every vector, in the form that each target reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use kliento::crypto::{CryptoProvider, DigestAlgorithm};
use kliento::{TokenBundle, TrustAnchors, Verifier};
use veraid_core::{MemberIdBundle, SignatureBundle};
use veraid_dnssec::{ChainVerifier, DnssecChain, RecordType, VerifiedRrset};

use super::case::Case;
use super::engine::MAX_LEN;
use super::files::files;
use super::vector::Vector;
use super::{forge, stub};

/// Writes the seeds of targets into corpus/; returns their number.
pub(crate) fn write(folder: &Path, targets: &[String]) -> Result<usize, String> {
    let vectors = folder.with_file_name("test-vectors");
    let mut seeds = Seeds::default();
    let areas = std::fs::read_dir(&vectors).map_err(|error| error.to_string())?;
    for area in areas.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()) {
        for file in files(&area)? {
            let Some(vector) = Vector::read(&file) else { continue };
            let name = file.strip_prefix(&vectors).unwrap_or(&file).with_extension("");
            let name = name.to_string_lossy();
            seeds.add(&name, &vector).map_err(|problem| format!("{name}: {problem}"))?;
        }
    }
    seeds.add_anchor_files(&vectors)?;
    // A digest that is split, as in key records of several character-strings, is not found and
    // translated. Any more failures than these are a bug of ours.
    if seeds.lost.len() > seeds.held / 50 {
        return Err(format!(
            "translated vectors that fail verification: {}",
            seeds.lost.join(", ")
        ));
    }
    let mut count = 0;
    for (target, octets) in seeds.inputs {
        if octets.len() > MAX_LEN || !targets.iter().any(|name| name == target) {
            continue;
        }
        let corpus = folder.join("corpus").join(target);
        std::fs::create_dir_all(&corpus).map_err(|error| error.to_string())?;
        let digest = veraid_aws_lc_rs::PROVIDER.digest(DigestAlgorithm::Sha256, &octets);
        let name: String = digest.iter().take(20).map(|octet| format!("{octet:02x}")).collect();
        let file: PathBuf = corpus.join(name);
        if !file.exists() {
            std::fs::write(&file, octets)
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
        count += 1;
    }
    Ok(count)
}

/// Inputs by target.
#[derive(Default)]
struct Seeds {
    inputs: BTreeSet<(&'static str, Vec<u8>)>,
    /// The number of vectors that verify as the targets verify them.
    held: usize,
    /// The vectors whose translation does not verify.
    lost: Vec<String>,
}

impl Seeds {
    fn insert(&mut self, target: &'static str, octets: impl Into<Vec<u8>>) {
        self.inputs.insert((target, octets.into()));
    }

    /// Adds trust anchors in formats that vectors do not have: IANA's file, and one of each other
    /// kind.
    fn add_anchor_files(&mut self, vectors: &Path) -> Result<(), String> {
        let path = vectors.join("public/iana/root-anchors.xml");
        let xml = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let anchors = TrustAnchors::iana();
        let (mut unbound, mut bind) = (String::new(), String::from("trust-anchors {\n"));
        for anchor in anchors.iter() {
            let ds = anchor.ds_rdata(veraid_aws_lc_rs::PROVIDER);
            let digest: String = ds.iter().skip(4).map(|octet| format!("{octet:02X}")).collect();
            let (tag, algorithm) = (anchor.key_tag(), anchor.algorithm());
            unbound.push_str(&format!(
                ". 86400 IN DS {tag} {algorithm} 2 {digest} ;;state=2 [  VALID  ] ;;count=0\n"
            ));
            bind.push_str(&format!("  . static-ds {tag} {algorithm} 2 \"{digest}\"; // {tag}\n"));
        }
        bind.push_str("};\n");
        for text in [xml, unbound, bind] {
            self.insert("trust_anchors", text);
        }
        Ok(())
    }

    fn add(&mut self, name: &str, vector: &Vector) -> Result<(), String> {
        self.insert("trust_anchors", vector.anchors());
        self.insert("names", vector.text("service"));
        let header = vector.text("header");
        if !header.is_empty() {
            self.insert("auth_header", header);
        }
        let Some(octets) = vector.octets() else { return Ok(()) };
        let operation = vector.text("operation");
        if operation == "verify-token" {
            self.insert("auth_header", format!("Kliento {}", Base64::encode_string(&octets)));
        }
        if operation != "verify-chain" && vector.is_valid() {
            // No edit, and the flip of one bit.
            self.insert("oracle", format!("{name}\n"));
            self.insert("oracle", [name.as_bytes(), b"\n\x01\x00\x40\x00\x00\x00"].concat());
        }
        if let Ok(bundle) = SignatureBundle::from_der(&octets) {
            self.add_bundle(&octets, &bundle);
        } else if operation == "verify-bundle" || operation == "verify-token" {
            self.insert("signature_bundle", octets.as_slice());
        }
        self.add_verification(vector, operation, &octets)
    }

    /// Adds the parts of a bundle, for targets that read one part.
    fn add_bundle(&mut self, octets: &[u8], bundle: &SignatureBundle) {
        self.insert("signature_bundle", octets);
        let unverified = bundle.unverified();
        if let Some(content) = unverified.content() {
            self.insert("token", content);
        }
        for name in [unverified.organisation_common_name(), unverified.user()] {
            self.insert("names", name.unwrap_or_default());
        }
        let organisation = bundle.organisation_certificate();
        for certificate in unverified.certificates().iter().chain([organisation]) {
            self.insert("certificate", certificate.as_der());
        }
    }

    /// Adds the whole verification, translated so that targets can complete it.
    fn add_verification(
        &mut self,
        vector: &Vector,
        operation: &str,
        octets: &[u8],
    ) -> Result<(), String> {
        let (period, anchors) = (vector.period().ok_or("no period")?, vector.anchors());
        let (from, until) = (period.start().as_unix_seconds(), period.end().as_unix_seconds());
        let (service, audience) = (vector.service(), vector.text("audience"));
        let times = format!("{from} {until}");
        let lines = [times.as_str(), service, audience, &anchors.replace('\n', "|")];
        let input = [lines.join("\n").as_bytes(), b"\n", octets].concat();

        let case = Case::parse(&input).ok_or("it is not a valid case")?;
        let holds = verifies(operation, &case, forge::PROVIDER);
        let forged = forge::translate(&input, &forge::take_recorded());
        let case = Case::parse(&forged).ok_or("its translation is not a valid case")?;
        if holds {
            self.held += 1;
            if !verifies(operation, &case, stub::PROVIDER) {
                self.lost.push(vector.text("id").to_owned());
            }
        }
        match operation {
            "verify-chain" => self.insert("dnssec_chain", forged.as_slice()),
            "verify-member-id-bundle" => self.insert("member_id_bundle", forged.as_slice()),
            "verify-token" => self.insert("verify_token", forged.as_slice()),
            _ => self.insert("verify_bundle", forged.as_slice()),
        }
        let chain = match operation {
            "verify-chain" => veraid_core::parse_dnssec_chain(case.octets).ok(),
            _ => SignatureBundle::from_der(case.octets).ok().map(|bundle| bundle.chain().clone()),
        };
        let Some(chain) = chain else { return Ok(()) };
        for message in chain.messages() {
            self.insert("dns_message", message);
        }
        for rrset in proved_texts(&chain, &case) {
            self.insert("key_record", records(&rrset));
        }
        Ok(())
    }
}

/// Returns true if a case verifies.
fn verifies(operation: &str, case: &Case<'_>, crypto: CryptoProvider) -> bool {
    let verifier = Verifier::with_crypto(case.anchors.clone(), crypto);
    match operation {
        "verify-chain" => veraid_core::parse_dnssec_chain(case.octets).is_ok_and(|chain| {
            let verifier = ChainVerifier::new(case.anchors.clone(), crypto);
            let mut questions = chain.questions().flatten();
            questions.all(|question| chain.verify(question, case.period, &verifier).is_ok())
        }),
        "verify-member-id-bundle" => MemberIdBundle::from_der(case.octets)
            .is_ok_and(|bundle| bundle.verify(&case.service, case.period, &verifier).is_ok()),
        "verify-token" => TokenBundle::from_der(case.octets).is_ok_and(|bundle| {
            bundle.verify(case.audience, case.period.start(), &verifier).is_ok()
        }),
        _ => SignatureBundle::from_der(case.octets)
            .is_ok_and(|bundle| bundle.verify(&case.service, case.period, &verifier).is_ok()),
    }
}

/// The TXT records that a translated chain proves.
fn proved_texts(chain: &DnssecChain, case: &Case<'_>) -> Vec<VerifiedRrset> {
    let verifier = ChainVerifier::new(case.anchors.clone(), stub::PROVIDER);
    let questions = chain.questions().flatten();
    questions
        .filter(|question| question.record_type == RecordType::TXT)
        .filter_map(|question| chain.verify(question, case.period, &verifier).ok())
        .collect()
}

/// The data of records, each preceded by its length in two octets.
fn records(rrset: &VerifiedRrset) -> Vec<u8> {
    let length = |rdata: &[u8]| u16::try_from(rdata.len()).unwrap_or(u16::MAX).to_be_bytes();
    rrset.rdata().flat_map(|rdata| [length(rdata).as_slice(), rdata].concat()).collect()
}
