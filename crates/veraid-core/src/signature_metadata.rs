//! Signature metadata: the service and period that a signature is for.

use veraid_dnssec::{InvertedPeriod, Timestamp, ValidityPeriod};

use crate::asn1_time::read_metadata_time;
use crate::der_reader::{Element, tag};
use crate::oid::ServiceOid;
use crate::parse_error::{BundleParseError, DerProblem};

/// The value of the signature metadata attribute.
///
/// ```text
/// SignatureMetadata ::= SEQUENCE {
///     serviceOid     [0] OBJECT IDENTIFIER,
///     validityPeriod [1] SEQUENCE { start [0] GeneralizedTime, end [1] GeneralizedTime }
/// }   -- IMPLICIT tags
/// ```
#[derive(Clone, Debug)]
pub(crate) struct SignatureMetadata {
    pub(crate) service: ServiceOid,
    start: Timestamp,
    end: Timestamp,
    /// True if a time has a fraction of a second.
    pub(crate) has_fraction: bool,
}

impl SignatureMetadata {
    pub(crate) fn parse(element: &Element<'_>) -> Result<Self, BundleParseError> {
        let field = "signatureMetadata";
        if element.tag != tag::SEQUENCE {
            return Err(BundleParseError::Der {
                field,
                offset: element.offset,
                problem: DerProblem::Tag { expected: Some(tag::SEQUENCE), found: element.tag },
            });
        }
        let mut fields = element.reader(field);
        let service = fields.read(tag::primitive(0), "serviceOid")?;
        let service = ServiceOid::from_bytes(service.value).ok_or(BundleParseError::Der {
            field: "serviceOid",
            offset: service.offset,
            problem: DerProblem::Value,
        })?;
        let period = fields.read(tag::constructed(1), "validityPeriod")?;
        fields.finish()?;
        let mut period = period.reader("validityPeriod");
        let (start, start_has_fraction) =
            read_metadata_time(&period.read(tag::primitive(0), "start")?, "start")?;
        let (end, end_has_fraction) =
            read_metadata_time(&period.read(tag::primitive(1), "end")?, "end")?;
        period.finish()?;
        Ok(Self { service, start, end, has_fraction: start_has_fraction || end_has_fraction })
    }

    /// The signed period in whole seconds.
    pub(crate) fn period(&self) -> Result<ValidityPeriod, InvertedPeriod> {
        ValidityPeriod::new(self.start, self.end)
    }
}
