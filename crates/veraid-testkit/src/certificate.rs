//! X.509 certificates (RFC 5280 section 4.1).

use veraid_dnssec::ValidityPeriod;

use crate::der_reader::CertificateParts;
use crate::der_writer::{INTEGER, bit_string, context_constructed, integer, sequence, tlv};
use crate::digest::Digest;
use crate::distinguished_name::{CommonName, common_name_only, distinguished_name};
use crate::extension::{BasicConstraints, Extension};
use crate::rsa_key::{RsaKey, pss_algorithm_der};
use crate::times::x509_time;

/// Builds a certificate. Every field can be changed before signing, even if the result makes no
/// sense.
#[derive(Clone, Debug)]
pub struct CertificateBuilder {
    /// The version number; 2 means v3. `None` leaves it out, which means v1.
    pub version: Option<u64>,
    /// The contents of the serial number's INTEGER.
    pub serial: Vec<u8>,
    /// The algorithm inside the signed part; `None` is the one that the signature is made with.
    pub inner_algorithm: Option<Vec<u8>>,
    /// The issuer's Name in DER.
    pub issuer: Vec<u8>,
    /// The first instant, a Time in DER.
    pub not_before: Vec<u8>,
    /// The last instant, a Time in DER.
    pub not_after: Vec<u8>,
    /// The subject's Name in DER.
    pub subject: Vec<u8>,
    /// The SubjectPublicKeyInfo in DER.
    pub subject_public_key_info: Vec<u8>,
    /// Fields in DER between the key and the extensions, such as unique identifiers.
    pub before_extensions: Vec<u8>,
    /// The extensions; if empty, the field is left out.
    pub extensions: Vec<Extension>,
    /// The algorithm beside the signature; `None` is the one that the signature is made with.
    pub outer_algorithm: Option<Vec<u8>>,
    /// The signature; `None` makes a valid one.
    pub signature: Option<Vec<u8>>,
}

/// The details of an issuer that appear in the certificates that it issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its subject's Name in DER.
    pub name: Vec<u8>,
    /// Its key identifier.
    pub key_identifier: Vec<u8>,
}

impl Issuer {
    /// The issuer with this certificate; its key identifier is computed from its key.
    ///
    /// # Panics
    ///
    /// If `certificate` was not made by [`CertificateBuilder`].
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        let parts = CertificateParts::of(certificate);
        Self {
            name: parts.subject,
            key_identifier: Digest::Sha256.of(&parts.subject_public_key_info),
        }
    }
}

impl CertificateBuilder {
    /// A self-issued certificate without extensions.
    #[must_use]
    pub fn new(common_name: impl Into<CommonName>, key: &RsaKey, period: ValidityPeriod) -> Self {
        let subject = common_name_only(&common_name.into());
        let subject_public_key_info = key.spki_der();
        let not_before = x509_time(period.start());
        let not_after = x509_time(period.end());
        Self {
            version: Some(2),
            serial: serial(&[&subject, &subject_public_key_info, &not_before, &not_after]),
            inner_algorithm: None,
            issuer: subject.clone(),
            not_before,
            not_after,
            subject,
            subject_public_key_info,
            before_extensions: vec![],
            extensions: vec![],
            outer_algorithm: None,
            signature: None,
        }
    }

    /// An organisation's certificate: self-issued, critical BasicConstraints {cA TRUE, pathLen 0},
    /// AKI and SKI.
    #[must_use]
    pub fn organisation(
        common_name: impl Into<CommonName>,
        key: &RsaKey,
        period: ValidityPeriod,
    ) -> Self {
        let identifier = key.key_identifier();
        Self {
            extensions: vec![
                Extension::basic_constraints(BasicConstraints::AuthorityWithPathLength(0)),
                Extension::authority_key_identifier(&identifier),
                Extension::subject_key_identifier(&identifier),
            ],
            ..Self::new(common_name, key, period)
        }
    }

    /// A member's or bot's certificate: AKI and SKI, no BasicConstraints.
    #[must_use]
    pub fn member(
        common_name: impl Into<CommonName>,
        key: &RsaKey,
        issuer: &Issuer,
        period: ValidityPeriod,
    ) -> Self {
        Self {
            issuer: issuer.name.clone(),
            extensions: vec![
                Extension::authority_key_identifier(&issuer.key_identifier),
                Extension::subject_key_identifier(&key.key_identifier()),
            ],
            ..Self::new(common_name, key, period)
        }
    }

    /// The certificate of an intermediate authority: as [`member`](Self::member), with critical
    /// BasicConstraints {cA TRUE, pathLen `path_length`}.
    #[must_use]
    pub fn intermediate(
        common_name: impl Into<CommonName>,
        key: &RsaKey,
        issuer: &Issuer,
        period: ValidityPeriod,
        path_length: u64,
    ) -> Self {
        Self::member(common_name, key, issuer, period)
            .basic_constraints(Some(BasicConstraints::AuthorityWithPathLength(path_length)))
    }

    /// Sets the subject to these common names, in this order.
    #[must_use]
    pub fn subject_common_names(mut self, names: &[CommonName]) -> Self {
        let attributes: Vec<_> = names.iter().map(CommonName::attribute_der).collect();
        self.subject = distinguished_name(&attributes);
        self
    }

    /// Sets critical BasicConstraints in place of any others; `None` removes them.
    #[must_use]
    pub fn basic_constraints(mut self, value: Option<BasicConstraints>) -> Self {
        self = self.without_extension(Extension::BASIC_CONSTRAINTS);
        if let Some(value) = value {
            self.extensions.insert(0, Extension::basic_constraints(value));
        }
        self
    }

    /// Adds an extension at the end.
    #[must_use]
    pub fn extension(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Removes the extensions with this object identifier.
    #[must_use]
    pub fn without_extension(mut self, object_identifier: &str) -> Self {
        self.extensions.retain(|extension| extension.object_identifier != object_identifier);
        self
    }

    /// Sets the validity period.
    #[must_use]
    pub fn period(mut self, period: ValidityPeriod) -> Self {
        self.not_before = x509_time(period.start());
        self.not_after = x509_time(period.end());
        self
    }

    /// The subject as the issuer of other certificates.
    #[must_use]
    pub fn as_issuer(&self) -> Issuer {
        Issuer {
            name: self.subject.clone(),
            key_identifier: Digest::Sha256.of(&self.subject_public_key_info),
        }
    }

    /// The signed part in DER, naming RSASSA-PSS with `digest` unless
    /// [`inner_algorithm`](Self::inner_algorithm) says otherwise.
    #[must_use]
    pub fn tbs_certificate(&self, digest: Digest) -> Vec<u8> {
        let version =
            self.version.map_or(vec![], |version| context_constructed(0, &integer(version)));
        let algorithm = self.inner_algorithm.clone().unwrap_or_else(|| pss_algorithm_der(digest));
        let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::der).collect();
        let extensions = match self.extensions.as_slice() {
            [] => vec![],
            _ => context_constructed(3, &sequence(&[&extensions])),
        };
        sequence(&[
            &version,
            &tlv(INTEGER, &[&self.serial]),
            &algorithm,
            &self.issuer,
            &sequence(&[&self.not_before, &self.not_after]),
            &self.subject,
            &self.subject_public_key_info,
            &self.before_extensions,
            &extensions,
        ])
    }

    /// The certificate in DER, signed with RSASSA-PSS.
    #[must_use]
    pub fn sign(&self, issuer_key: &RsaKey, digest: Digest) -> Vec<u8> {
        let tbs_certificate = self.tbs_certificate(digest);
        let algorithm = self.outer_algorithm.clone().unwrap_or_else(|| pss_algorithm_der(digest));
        let signature =
            self.signature.clone().unwrap_or_else(|| issuer_key.sign_pss(digest, &tbs_certificate));
        sequence(&[&tbs_certificate, &algorithm, &bit_string(&signature)])
    }
}

/// 16 octets that identify the certificate: positive and not padded, as their first two bits are 0
/// and 1.
fn serial(fields: &[&[u8]]) -> Vec<u8> {
    let mut octets = Digest::Sha256.of(&fields.concat())[..16].to_vec();
    octets[0] = octets[0] & 0x3F | 0x40;
    octets
}
