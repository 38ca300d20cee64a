//! Faults in the names of organisations and members.

use super::change::Change;
use super::table::Fault;
use crate::certificate::CertificateBuilder;
use crate::der_writer::{BMP_STRING, utf8_string};
use crate::distinguished_name::{
    CommonName, attribute_type_and_value, common_name_only, distinguished_name,
};
use crate::profile::TestProfile;
use crate::scenario::Scenario;

/// Faults in common names.
pub(super) fn in_certificate(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::MemberNameEmpty => Change::Scenario(|s| set_user(s, "")),
        Fault::MemberNameWithAtSign => Change::Scenario(|s| set_user(s, "alice@home")),
        Fault::MemberNameMissing => Change::Member(|c, _| {
            let organisation_name = attribute_type_and_value("2.5.4.10", &utf8_string("Example"));
            c.subject = distinguished_name(&[organisation_name]);
        }),
        Fault::MemberNameSurrogate => Change::Member(|c, _| {
            c.subject = common_name_only(&CommonName::utf16(&[0xD800]));
        }),
        Fault::MemberNameOddLength => Change::Member(|c, _| {
            c.subject = common_name_only(&CommonName::raw(BMP_STRING, b"\0a\0"));
        }),
        Fault::OrganisationNameRepeated => Change::Organisation(|c, s| {
            let name = CommonName::utf8(&format!("{}{}", s.organisation, final_dot(s)));
            let twice = [name.attribute_der(), name.attribute_der()];
            c.subject = distinguished_name(&twice);
            c.issuer.clone_from(&c.subject);
        }),
        Fault::OrganisationNameEmpty => Change::Organisation(|c, _| call(c, "")),
        Fault::OrganisationNameRoot => Change::Organisation(|c, _| call(c, ".")),
        Fault::OrganisationNameLeadingDot => Change::Organisation(|c, s| {
            call(c, &format!(".{}{}", s.organisation, final_dot(s)));
        }),
        Fault::OrganisationNameTwoFinalDots => {
            Change::Organisation(|c, s| call(c, &format!("{}..", s.organisation)))
        }
        Fault::OrganisationNameNoFinalDot => Change::Organisation(|c, s| call(c, &s.organisation)),
        Fault::OrganisationNameLabelTooLong => Change::Organisation(|c, s| {
            call(c, &format!("{}.{}{}", "a".repeat(64), s.organisation, final_dot(s)));
        }),
        Fault::OrganisationNameTooLong => Change::Organisation(|c, s| {
            call(c, &format!("{}{}", vec!["a".repeat(63); 4].join("."), final_dot(s)));
        }),
        Fault::OrganisationNameNotAscii => Change::Organisation(|c, s| {
            call(c, &format!("b\u{FC}cher.example{}", final_dot(s)));
        }),
        _ => return None,
    })
}

/// Faults in the attribution of an organisation's signature.
pub(super) fn in_attribution(fault: Fault) -> Option<Change> {
    Some(Change::Scenario(match fault {
        Fault::AttributionEmpty => |s| set_user(s, ""),
        Fault::AttributionWithAtSign => |s| set_user(s, "alice@home"),
        Fault::AttributionWithTab => |s| set_user(s, "alice\tsmith"),
        Fault::AttributionWithCarriageReturn => |s| set_user(s, "alice\rsmith"),
        Fault::AttributionWithLineFeed => |s| set_user(s, "alice\nsmith"),
        Fault::AttributionWithNul => |s| set_user(s, "alice\0smith"),
        Fault::AttributionWithDirectionOverride => |s| set_user(s, "alice\u{202E}smith"),
        Fault::AttributionWithLineSeparator => |s| set_user(s, "alice\u{2028}smith"),
        Fault::AttributionWithNoBreakSpace => |s| set_user(s, "alice\u{A0}smith"),
        Fault::AttributionWithSpace => |s| set_user(s, "alice smith"),
        Fault::AttributionUpperCase => |s| set_user(s, "Alice"),
        Fault::AttributionFullWidth => |s| set_user(s, "\u{FF41}\u{FF4C}\u{FF49}\u{FF43}\u{FF45}"),
        _ => return None,
    }))
}

fn set_user(scenario: &mut Scenario, name: &str) {
    scenario.user = Some(name.into());
}

/// Gives an organisation's certificate another common name, as both subject and issuer.
fn call(certificate: &mut CertificateBuilder, name: &str) {
    certificate.subject = common_name_only(&CommonName::utf8(name));
    certificate.issuer.clone_from(&certificate.subject);
}

const fn final_dot(scenario: &Scenario) -> &'static str {
    match scenario.profile {
        TestProfile::VeraId => "",
        TestProfile::DomainAuth => ".",
    }
}
