//! The certificate extensions that VeraId uses (RFC 5280 section 4.2).

use crate::certificate::problem::CertificateProblem;
use crate::der_reader::{Element, read_whole, tag};
use crate::oid::{dotted, known};
use crate::parse_error::{BundleParseError, DerProblem};

/// The maximum number of extensions of one certificate (16: RFC 5280 defines 17 and known issuers
/// write 3).
const MAX_EXTENSIONS: usize = 16;

/// The parsed extensions of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) subject_key_identifier: Option<Vec<u8>>,
    pub(crate) authority_key_identifier: Option<Vec<u8>>,
    /// A critical extension that is not understood, in dotted decimal.
    unknown_critical: Option<String>,
    has_name_constraints: bool,
    /// True if an extension has a form that only VeraId tolerates.
    pub(crate) needs_tolerance: bool,
}

/// The BasicConstraints extension: if and how far a certificate may issue others (RFC 5280 section
/// 4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) is_critical: bool,
    pub(crate) is_ca: bool,
    /// The maximum number of intermediates that may follow; values too large to fit are as good as
    /// no limit.
    pub(crate) path_len: Option<u64>,
}

/// The KeyUsage extension: the permitted uses of a key (RFC 5280 section 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage {
    pub(crate) digital_signature: bool,
    pub(crate) key_cert_sign: bool,
}

impl Extensions {
    /// Parses the `[3]` element of a TBSCertificate.
    pub(crate) fn parse(explicit: &Element<'_>) -> Result<Self, BundleParseError> {
        let mut outer = explicit.reader("extensions");
        let list = outer.read(tag::SEQUENCE, "extensions")?;
        outer.finish()?;
        let mut list = list.reader("extensions");
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut extensions = Self::default();
        // Extensions is a SEQUENCE SIZE (1..MAX).
        while seen.is_empty() || !list.is_finished() {
            if seen.len() >= MAX_EXTENSIONS {
                return Err(list.error(DerProblem::TooMany { limit: MAX_EXTENSIONS }));
            }
            let element = list.read(tag::SEQUENCE, "extension")?;
            let mut fields = element.reader("extension");
            let oid = fields.oid("extnID")?;
            let is_critical = match fields.optional(tag::BOOLEAN, "critical")? {
                Some(critical) => extensions.read_boolean(&critical, "critical")?,
                None => false,
            };
            let value = fields.read(tag::OCTET_STRING, "extnValue")?;
            fields.finish()?;
            if seen.contains(&oid) {
                return Err(BundleParseError::Der {
                    field: "extensions",
                    offset: element.offset,
                    problem: DerProblem::Repeated,
                });
            }
            seen.push(oid);
            extensions.read_extension(oid, is_critical, &value)?;
        }
        Ok(extensions)
    }

    fn read_extension(
        &mut self,
        oid: &[u8],
        is_critical: bool,
        value: &Element<'_>,
    ) -> Result<(), BundleParseError> {
        match oid {
            known::BASIC_CONSTRAINTS => {
                let constraints = self.read_basic_constraints(is_critical, value)?;
                self.basic_constraints = Some(constraints);
            }
            known::KEY_USAGE => self.key_usage = Some(read_key_usage(value)?),
            known::SUBJECT_KEY_IDENTIFIER => {
                let field = "subjectKeyIdentifier";
                let identifier = read_whole(value.value, tag::OCTET_STRING, field, value.offset)?;
                self.subject_key_identifier = Some(identifier.value.to_vec());
            }
            known::AUTHORITY_KEY_IDENTIFIER => {
                let field = "authorityKeyIdentifier";
                let identifier = read_whole(value.value, tag::SEQUENCE, field, value.offset)?;
                let mut fields = identifier.reader(field);
                let key_identifier = fields.optional(tag::primitive(0), field)?;
                self.authority_key_identifier = key_identifier.map(|key| key.value.to_vec());
                // authorityCertIssuer and authorityCertSerialNumber are not compared.
                fields.optional(tag::constructed(1), field)?;
                fields.optional(tag::primitive(2), field)?;
                fields.finish()?;
            }
            known::NAME_CONSTRAINTS => self.has_name_constraints = true,
            _ if is_critical => {
                self.unknown_critical.get_or_insert_with(|| dotted(oid));
            }
            _ => {}
        }
        Ok(())
    }

    fn read_basic_constraints(
        &mut self,
        is_critical: bool,
        value: &Element<'_>,
    ) -> Result<BasicConstraints, BundleParseError> {
        let field = "basicConstraints";
        let element = read_whole(value.value, tag::SEQUENCE, field, value.offset)?;
        let mut fields = element.reader(field);
        let is_ca = match fields.optional(tag::BOOLEAN, "cA")? {
            Some(is_ca) => self.read_boolean(&is_ca, "cA")?,
            None => false,
        };
        let path_len = match fields.optional(tag::INTEGER, "pathLenConstraint")? {
            Some(path_len) => Some(read_path_len(&path_len)?),
            None => None,
        };
        fields.finish()?;
        // RFC 5280 section 4.2.1.9: only a CA has a pathLenConstraint. Deployed members do.
        self.needs_tolerance |= path_len.is_some() && !is_ca;
        Ok(BasicConstraints { is_critical, is_ca, path_len })
    }

    /// Parses a BOOLEAN with the default FALSE: DER leaves that out, deployed software may write
    /// it.
    fn read_boolean(
        &mut self,
        element: &Element<'_>,
        field: &'static str,
    ) -> Result<bool, BundleParseError> {
        match element.value {
            [0xFF] => Ok(true),
            [0] => {
                self.needs_tolerance = true;
                Ok(false)
            }
            _ => Err(BundleParseError::Der {
                field,
                offset: element.offset,
                problem: DerProblem::Value,
            }),
        }
    }

    /// Checks that the certificate has no restriction that is not understood.
    pub(crate) fn check_understood(&self) -> Result<(), CertificateProblem> {
        if let Some(oid) = &self.unknown_critical {
            return Err(CertificateProblem::UnknownCriticalExtension { oid: oid.clone() });
        }
        if self.has_name_constraints {
            return Err(CertificateProblem::NameConstraints);
        }
        Ok(())
    }
}

/// Parses a pathLenConstraint: an INTEGER from 0 on.
fn read_path_len(element: &Element<'_>) -> Result<u64, BundleParseError> {
    let error = || BundleParseError::Der {
        field: "pathLenConstraint",
        offset: element.offset,
        problem: DerProblem::Value,
    };
    match element.value {
        [] => Err(error()),
        [first, ..] if *first >= 0x80 => Err(error()),
        [0, second, ..] if *second < 0x80 => Err(error()),
        octets => Ok(octets.iter().fold(0_u64, |value, &octet| {
            value.saturating_mul(256).saturating_add(u64::from(octet))
        })),
    }
}

fn read_key_usage(value: &Element<'_>) -> Result<KeyUsage, BundleParseError> {
    let field = "keyUsage";
    let element = read_whole(value.value, tag::BIT_STRING, field, value.offset)?;
    // DER writes named bits without zeros at the end (X.690 section 11.2.2).
    let ends_with_one = |unused: u8| {
        element.value.last().is_some_and(|last| last.trailing_zeros() == u32::from(unused))
    };
    match element.value {
        [unused @ 0..8, bits, ..] if element.value.len() <= 3 && ends_with_one(*unused) => {
            Ok(KeyUsage { digital_signature: bits & 0x80 != 0, key_cert_sign: bits & 0x04 != 0 })
        }
        _ => {
            Err(BundleParseError::Der { field, offset: element.offset, problem: DerProblem::Value })
        }
    }
}
