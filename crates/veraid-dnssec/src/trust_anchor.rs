//! Trust anchors: the keys of the root zone that a verifier starts from.

use base64ct::{Base64, Encoding};

use crate::crypto::{CryptoProvider, DigestAlgorithm};
use crate::error::{TrustAnchorError, TrustAnchorProblem};
use crate::name::Name;
use crate::rdata::{Dnskey, Ds};
use crate::time::{Timestamp, ValidityPeriod, ValidityPeriods};

/// Keys of the root zone, each a DS or a DNSKEY; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustAnchors(Vec<TrustAnchor>);

/// A key of the root zone, given as a DS or a DNSKEY, and the period in which it is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustAnchor {
    key: AnchorKey,
    validity: ValidityPeriod,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum AnchorKey {
    Ds(Ds),
    Dnskey(Dnskey),
}

impl TrustAnchor {
    /// Creates an anchor from the data of a DS record of the root (RFC 4034 section 5.1), trusted
    /// in `validity`.
    ///
    /// # Errors
    ///
    /// [`TrustAnchorProblem::Unsupported`] if the algorithm or digest type is not supported, or the
    /// digest has the wrong length.
    pub fn from_ds(rdata: &[u8], validity: ValidityPeriod) -> Result<Self, TrustAnchorProblem> {
        let ds = Ds::parse(rdata).filter(Ds::is_usable).ok_or(TrustAnchorProblem::Unsupported)?;
        Ok(Self { key: AnchorKey::Ds(ds), validity })
    }

    /// Creates an anchor from the data of a DNSKEY record of the root (RFC 4034 section 2.1),
    /// trusted in `validity`.
    ///
    /// # Errors
    ///
    /// [`TrustAnchorProblem::Revoked`] if the key is revoked (RFC 5011 section 2.1),
    /// [`TrustAnchorProblem::Unsupported`] if it is not a zone key or its protocol, algorithm or
    /// size is not supported.
    pub fn from_dnskey(rdata: &[u8], validity: ValidityPeriod) -> Result<Self, TrustAnchorProblem> {
        let key = Dnskey::parse(rdata).ok_or(TrustAnchorProblem::Unsupported)?;
        if key.is_revoked() {
            return Err(TrustAnchorProblem::Revoked);
        }
        if !key.is_usable() {
            return Err(TrustAnchorProblem::Unsupported);
        }
        Ok(Self { key: AnchorKey::Dnskey(key), validity })
    }

    /// The key tag (RFC 4034 appendix B).
    #[must_use]
    pub fn key_tag(&self) -> u16 {
        match &self.key {
            AnchorKey::Ds(ds) => ds.key_tag,
            AnchorKey::Dnskey(key) => key.key_tag(),
        }
    }

    /// The DNSSEC algorithm number.
    #[must_use]
    pub fn algorithm(&self) -> u8 {
        match &self.key {
            AnchorKey::Ds(ds) => ds.algorithm,
            AnchorKey::Dnskey(key) => key.algorithm(),
        }
    }

    /// The period in which the key is trusted.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The data of the DS record: the given one, or one with the SHA-256 digest of the given
    /// DNSKEY.
    #[must_use]
    pub fn ds_rdata(&self, crypto: CryptoProvider) -> Vec<u8> {
        let (digest_type, digest) = match &self.key {
            AnchorKey::Ds(ds) => (ds.digest_type, ds.digest.clone()),
            AnchorKey::Dnskey(key) => {
                let digested = [Name::root().as_wire(), key.rdata()].concat();
                (2, crypto.digest(DigestAlgorithm::Sha256, &digested))
            }
        };
        let tag = self.key_tag().to_be_bytes();
        [tag.as_slice(), &[self.algorithm(), digest_type], &digest].concat()
    }

    /// Returns true if the anchor names `key`, regardless of time.
    fn names(&self, key: &Dnskey, crypto: CryptoProvider) -> bool {
        match &self.key {
            AnchorKey::Ds(ds) => matches_ds(&Name::root(), key, ds, crypto),
            AnchorKey::Dnskey(anchored) => anchored == key,
        }
    }
}

impl TrustAnchors {
    /// IANA's anchors of the root zone: KSK-2017 (key tag 20326, from 2017-02-02) and KSK-2024 (key
    /// tag 38696, from 2024-07-18).
    ///
    /// From `root-anchors.xml` as IANA publishes it. The root has been signed with KSK-2024 since
    /// October 2026, and with KSK-2017 before. Neither has an end yet.
    #[must_use]
    pub fn iana() -> Self {
        const KSK_2017: [u8; 32] = [
            0xE0, 0x6D, 0x44, 0xB8, 0x0B, 0x8F, 0x1D, 0x39, 0xA9, 0x5C, 0x0B, 0x0D, 0x7C, 0x65,
            0xD0, 0x84, 0x58, 0xE8, 0x80, 0x40, 0x9B, 0xBC, 0x68, 0x34, 0x57, 0x10, 0x42, 0x37,
            0xC7, 0xF8, 0xEC, 0x8D,
        ];
        const KSK_2024: [u8; 32] = [
            0x68, 0x3D, 0x2D, 0x0A, 0xCB, 0x8C, 0x9B, 0x71, 0x2A, 0x19, 0x48, 0xB2, 0x7F, 0x74,
            0x12, 0x19, 0x29, 0x8D, 0x0A, 0x45, 0x0D, 0x61, 0x2C, 0x48, 0x3A, 0xF4, 0x44, 0xA4,
            0xC0, 0xFB, 0x2B, 0x16,
        ];
        let anchor = |key_tag, digest: [u8; 32], from| TrustAnchor {
            key: AnchorKey::Ds(Ds {
                key_tag,
                algorithm: 8,
                digest_type: 2,
                digest: digest.to_vec(),
            }),
            validity: ValidityPeriod::new(Timestamp::from_unix_seconds(from), Timestamp::MAX)
                .unwrap_or(ValidityPeriod::ALWAYS),
        };
        // 2017-02-02T00:00:00Z and 2024-07-18T00:00:00Z.
        Self(vec![anchor(20326, KSK_2017, 1_485_993_600), anchor(38696, KSK_2024, 1_721_260_800)])
    }

    /// Creates a set of these anchors.
    ///
    /// # Errors
    ///
    /// [`TrustAnchorProblem::None`] if there are no anchors.
    pub fn new(anchors: Vec<TrustAnchor>) -> Result<Self, TrustAnchorProblem> {
        if anchors.is_empty() { Err(TrustAnchorProblem::None) } else { Ok(Self(anchors)) }
    }

    /// The anchors, in the order given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &TrustAnchor> {
        self.0.iter()
    }

    /// The seconds in which an anchor vouches for the root's key with this DNSKEY data; empty if
    /// the key is revoked or its algorithm is not supported.
    #[must_use]
    pub fn vouch_for(&self, dnskey_rdata: &[u8], crypto: CryptoProvider) -> ValidityPeriods {
        match Dnskey::parse(dnskey_rdata).filter(Dnskey::is_usable) {
            Some(key) => self.validity_of(&key, crypto).collect(),
            None => ValidityPeriods::none(),
        }
    }

    /// Parses DS and DNSKEY records of the root in presentation format, one per line.
    ///
    /// Owner `.`, an optional TTL and the optional class `IN` come before the type. Text after a
    /// `;` is a comment, except for the states of RFC 5011 that Unbound writes there: a line with
    /// one is rejected, since most states mean that the key is not trusted. The anchors are trusted
    /// at all times. The crate `veraid-trust-anchors` reads the files of IANA, Unbound and BIND.
    ///
    /// # Errors
    ///
    /// [`TrustAnchorError`] with the line if a record is of another type or zone, revoked, or uses
    /// an algorithm or digest that is not supported, or if there is no anchor at all.
    pub fn from_presentation(text: &str) -> Result<Self, TrustAnchorError> {
        let mut anchors = Vec::new();
        let mut lines = 0;
        for (index, line) in text.lines().enumerate() {
            lines = index.saturating_add(1);
            if line.contains(";;state=") {
                let problem = TrustAnchorProblem::HasState;
                return Err(TrustAnchorError { line: lines, problem });
            }
            let line = line.split(';').next().unwrap_or_default().replace(['(', ')'], " ");
            if line.trim().is_empty() {
                continue;
            }
            let anchor =
                parse_record(&line).map_err(|problem| TrustAnchorError { line: lines, problem })?;
            anchors.push(anchor);
        }
        if anchors.is_empty() {
            return Err(TrustAnchorError { line: lines, problem: TrustAnchorProblem::None });
        }
        Ok(Self(anchors))
    }

    /// The key tags, in the order given.
    pub fn key_tags(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().map(TrustAnchor::key_tag)
    }

    /// The periods in which an anchor vouches for `key`.
    pub(crate) fn validity_of<'a>(
        &'a self,
        key: &'a Dnskey,
        crypto: CryptoProvider,
    ) -> impl Iterator<Item = ValidityPeriod> + 'a {
        self.0.iter().filter(move |anchor| anchor.names(key, crypto)).map(TrustAnchor::validity)
    }
}

/// Returns true if `ds` is the digest of `key`, which `owner` owns (RFC 4034 section 5.1.4).
pub(crate) fn matches_ds(owner: &Name, key: &Dnskey, ds: &Ds, crypto: CryptoProvider) -> bool {
    // The cheap comparisons first: the digest is only computed if tag and algorithm match.
    if ds.key_tag != key.key_tag() || ds.algorithm != key.algorithm() {
        return false;
    }
    let Some(algorithm) = ds.digest_algorithm() else { return false };
    let digested = [owner.as_wire(), key.rdata()].concat();
    crypto.digest(algorithm, &digested) == ds.digest
}

fn parse_record(line: &str) -> Result<TrustAnchor, TrustAnchorProblem> {
    use TrustAnchorProblem::{NotARecord, NotTheRoot};

    let mut fields = line.split_ascii_whitespace();
    let owner: Name = fields.next().and_then(|owner| owner.parse().ok()).ok_or(NotARecord)?;
    if !owner.is_root() {
        return Err(NotTheRoot);
    }
    let mut record_type = fields.next().ok_or(NotARecord)?;
    if record_type.bytes().all(|octet| octet.is_ascii_digit()) {
        record_type = fields.next().ok_or(NotARecord)?;
    }
    if record_type.eq_ignore_ascii_case("IN") {
        record_type = fields.next().ok_or(NotARecord)?;
    }
    let first: u16 = fields.next().and_then(|field| field.parse().ok()).ok_or(NotARecord)?;
    let second: u8 = fields.next().and_then(|field| field.parse().ok()).ok_or(NotARecord)?;
    let third: u8 = fields.next().and_then(|field| field.parse().ok()).ok_or(NotARecord)?;
    let data: String = fields.collect();
    match record_type.to_ascii_uppercase().as_str() {
        "DS" => {
            let digest = decode_hex(&data).ok_or(NotARecord)?;
            let rdata = [first.to_be_bytes().as_slice(), &[second, third], &digest].concat();
            TrustAnchor::from_ds(&rdata, ValidityPeriod::ALWAYS)
        }
        "DNSKEY" => {
            let key = Base64::decode_vec(&data).map_err(|_| NotARecord)?;
            let rdata = [first.to_be_bytes().as_slice(), &[second, third], &key].concat();
            TrustAnchor::from_dnskey(&rdata, ValidityPeriod::ALWAYS)
        }
        _ => Err(NotARecord),
    }
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let nibble = |digit: char| digit.to_digit(16).and_then(|value| u8::try_from(value).ok());
    let nibbles: Vec<u8> = text.chars().map(nibble).collect::<Option<_>>()?;
    let pairs = nibbles.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| pair.iter().fold(0, |octet, nibble| octet << 4 | nibble)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KSK_2017: &str =
        ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";

    /// The text between `<name>` and its end tag in `element`.
    fn xml_text<'a>(element: &'a str, name: &str) -> Option<&'a str> {
        element.split_once(&format!("<{name}>"))?.1.split('<').next()
    }

    /// The value of an attribute of `element`.
    fn xml_attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
        element.split_once(&format!("{name}=\""))?.1.split('"').next()
    }

    #[test]
    fn ianas_anchors_are_those_that_it_publishes() {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors/public/iana/root-anchors.xml");
        let xml = std::fs::read_to_string(path).unwrap();
        let published: Vec<&str> = xml.split("<KeyDigest").skip(1).collect();
        assert_eq!(published.len(), 3);
        // KSK-2010 ended in 2019, before any signature existed to verify.
        let (ended, current): (Vec<&str>, Vec<&str>) =
            published.into_iter().partition(|key| xml_attribute(key, "validUntil").is_some());
        assert_eq!(ended.len(), 1);
        assert_eq!(xml_text(ended[0], "KeyTag"), Some("19036"));
        let field = |key, name| xml_text(key, name).unwrap();
        let lines: Vec<String> = current
            .iter()
            .map(|key| {
                let fields = ["KeyTag", "Algorithm", "DigestType", "Digest"].map(|n| field(key, n));
                format!(". IN DS {}", fields.join(" "))
            })
            .collect();
        let iana = TrustAnchors::iana();
        let expected = TrustAnchors::from_presentation(&lines.join("\n")).unwrap();
        let keys = |anchors: &TrustAnchors| {
            anchors.0.iter().map(|anchor| anchor.key.clone()).collect::<Vec<_>>()
        };
        assert_eq!(keys(&iana), keys(&expected));
        let starts: Vec<_> = iana.0.iter().map(|a| a.validity.start().to_string()).collect();
        let valid_from: Vec<_> = current
            .iter()
            .map(|key| xml_attribute(key, "validFrom").unwrap().replace("+00:00", "Z"))
            .collect();
        assert_eq!(starts, valid_from);
        assert!(iana.0.iter().all(|anchor| anchor.validity.end() == Timestamp::MAX));
        // The keys themselves are published beside their digests.
        #[cfg(feature = "rust-crypto")]
        for (anchor, key) in iana.0.iter().zip(&current) {
            let key =
                format!(". IN DNSKEY {} 3 8 {}", field(key, "Flags"), field(key, "PublicKey"));
            let AnchorKey::Dnskey(key) = parse_record(&key).unwrap().key else { panic!("a DS") };
            let crypto = crate::crypto::rust_crypto::PROVIDER;
            let vouched: Vec<_> = iana.validity_of(&key, crypto).collect();
            assert_eq!(vouched, [anchor.validity]);
        }
    }

    #[cfg(feature = "rust-crypto")]
    #[test]
    fn digests_of_the_rfcs_match_their_key_but_for_sha_1() {
        let crypto = crate::crypto::rust_crypto::PROVIDER;
        let owner: Name = "dskey.example.com".parse().unwrap();
        // RFC 4034 section 5.4.
        let public_key = "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvx\
                          egXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";
        let public_key = Base64::decode_vec(public_key).unwrap();
        let key = Dnskey::parse(&[[1, 0, 3, 5].as_slice(), &public_key].concat()).unwrap();
        assert_eq!(key.key_tag(), 60485);
        let ds = |digest_type, digest| Ds {
            key_tag: 60485,
            algorithm: 5,
            digest_type,
            digest: decode_hex(digest).unwrap(),
        };
        let sha_1 = ds(1, "2BB183AF5F22588179A53B0A98631FAD1A292118");
        assert!(!matches_ds(&owner, &key, &sha_1, crypto));
        // RFC 4509 section 2.3.
        let digest = "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A";
        assert!(matches_ds(&owner, &key, &ds(2, digest), crypto));
        assert!(!matches_ds(&"example.com".parse().unwrap(), &key, &ds(2, digest), crypto));
        // Their algorithm 5 is not supported, so neither is usable.
        assert!(!ds(2, digest).is_usable() && !sha_1.is_usable() && !key.is_usable());
    }

    #[test]
    fn reads_ds_and_dnskey_records_with_comments_ttl_and_class() {
        let anchors = TrustAnchors::from_presentation(&format!(
            "; the root\n\n{KSK_2017} ; KSK-2017\n. 172800 DNSKEY 257 3 13 {}\n",
            Base64::encode_string(&[1; 64])
        ))
        .unwrap();
        assert_eq!(anchors.key_tags().collect::<Vec<_>>(), [20326, 9262]);
        let iana = TrustAnchors::iana();
        assert_eq!(iana.key_tags().collect::<Vec<_>>(), [20326, 38696]);
        assert_eq!(iana.0[0].key, anchors.0[0].key);
    }

    #[test]
    fn rejects_invalid_anchors_of_the_root() {
        use TrustAnchorProblem as Problem;
        for (text, line, problem) in [
            ("", 0, Problem::None),
            ("; nothing\n", 1, Problem::None),
            ("hello", 1, Problem::NotTheRoot),
            (". hello", 1, Problem::NotARecord),
            (". IN A 192.0.2.1", 1, Problem::NotARecord),
            (". IN DS 20326 8 2 E06", 1, Problem::NotARecord),
            (". IN DS 20326 8 2 E06D", 1, Problem::Unsupported),
            (". IN DS 20326 8 1 E06D44B80B8F1D39A95C0B0D7C65D08458E88040", 1, Problem::Unsupported),
            ("com. IN DS 20326 8 2 E06D", 1, Problem::NotTheRoot),
            (". IN DNSKEY 257 3 5 AwEAAQ==", 1, Problem::Unsupported),
            (". IN DNSKEY 385 3 5 AwEAAQ==", 1, Problem::Revoked),
            (". IN DNSKEY 257 3 5 AwEAAQ== ;;state=2 [  VALID  ]", 1, Problem::HasState),
            (". IN DS 20326 8 2 E06D ;;state=1 [ ADDPEND ]", 1, Problem::HasState),
        ] {
            assert_eq!(
                TrustAnchors::from_presentation(text),
                Err(TrustAnchorError { line, problem }),
                "{text}"
            );
        }
    }
}
