//! Certificates and the path from the organisation's to the signer's.

pub(crate) mod form;

use veraid_testkit::{
    BasicConstraints, CertificateBuilder, CommonName, Content, Customisation, Digest, Extension,
    Issuer, MockBundle, RsaKey, Scenario, SignedDataBuilder, Signer, TestProfile, ZoneAlgorithm,
    ZoneKey, common_name_only, der_writer, pkcs1_algorithm_der, pss_algorithm_der,
    pss_algorithm_der_with,
};

use crate::limits::add_failures;
use crate::scenario::{DAY, NOW, PROFILES, member, organisation, period_before_now};
use crate::variation::{vary, vary_bundle};
use crate::vector::Vector;

const X509: &str = "RFC 5280 section 4.1";
const EXTENSIONS: &str = "RFC 5280 section 4.2";
const PATH: &str = "RFC 5280 section 6.1";
const DRAFT: &str = "DomainAuth, \"X.509 Certificate Profile\"";
const KEYS: &str = "DomainAuth, \"Digital Signature Algorithms\"";
/// RFC 4055 allows more than one form for a key, and recommends the salt's length and one hash; a
/// decision makes rules of that.
const DECISION: &str = "Decisions, \"Bytes\"";

use TestProfile::{DomainAuth, VeraId};

type Change = Box<dyn Fn(&mut CertificateBuilder)>;

pub(super) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for profile in PROFILES {
        vectors.extend(issuers(profile));
        vectors.extend(paths(profile));
        vectors.extend(attached(profile));
    }
    vectors
}

fn with_outcome(vector: Vector, code: u16) -> Vector {
    match code {
        0 => vector,
        1000..2000 => vector.malformed(code),
        _ => vector.invalid(code),
    }
}

/// A certificate that another organisation issued.
pub(super) fn foreign(
    change: impl Fn(&mut CertificateBuilder),
) -> impl Fn(&mut CertificateBuilder) {
    move |certificate| {
        certificate.issuer = common_name_only(&CommonName::utf8("Some Authority"));
        change(certificate);
        let tbs = certificate.tbs_certificate(Digest::Sha256);
        certificate.signature = Some(RsaKey::fixed(2048, 5).sign_pss(Digest::Sha256, &tbs));
    }
}

fn issuers(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let other = RsaKey::fixed(2048, 3);
    let mut vectors = vec![
        vary(
            "issuer",
            "member-signed-by-other-key",
            "The member's certificate is signed by a key other than the organisation's.",
            PATH,
            &scenario,
            &Customisation::new().member(move |c| {
                c.signature = Some(other.sign_pss(Digest::Sha256, &c.tbs_certificate(Digest::Sha256)));
            }),
        )
        .invalid(2217),
        vary(
            "issuer",
            "member-issuer-name-differs",
            "The member's certificate names an issuer other than the organisation.",
            PATH,
            &scenario,
            &Customisation::new()
                .member(|c| c.issuer = common_name_only(&CommonName::bmp("example.org"))),
        )
        .invalid(2215),
        vary(
            "issuer",
            "member-issuer-string-type-differs",
            "The member's certificate names the organisation in another string type; names are compared byte by byte.",
            PATH,
            &scenario,
            &Customisation::new()
                .member(|c| c.issuer = common_name_only(&CommonName::new("example.com", veraid_testkit::StringKind::Printable))),
        )
        .invalid(2215),
        vary(
            "issuer",
            "member-self-signed",
            "The member's certificate is self-signed.",
            PATH,
            &scenario,
            &Customisation::new().member(|c| {
                c.issuer.clone_from(&c.subject);
                let key = RsaKey::fixed(2048, 1);
                *c = c
                    .clone()
                    .without_extension(Extension::AUTHORITY_KEY_IDENTIFIER)
                    .extension(Extension::authority_key_identifier(&key.key_identifier()));
                c.signature = Some(key.sign_pss(Digest::Sha256, &c.tbs_certificate(Digest::Sha256)));
            }),
        )
        .invalid(2215),
    ];
    let plain: Change = Box::new(|_| {});
    let expired: Change = Box::new(|c| {
        *c = c.clone().period(period_before_now(20 * DAY, 10 * DAY));
    });
    let critical: Change = Box::new(|c| c.extensions.push(Extension::unknown_critical()));
    let serial: Change = Box::new(|c| c.serial = vec![0x80; 24]);
    let end_entity: Change = Box::new(|c| *c = c.clone().basic_constraints(None));
    for (case, words, change) in [
        ("foreign", "", plain),
        ("foreign-expired", " and has expired", expired),
        ("foreign-critical-extension", " with an unknown critical extension", critical),
        ("foreign-serial", " with a serial number that is negative and too long", serial),
        ("foreign-no-authority", " without BasicConstraints", end_entity),
    ] {
        let vector = vary(
            "issuer",
            &format!("organisation-{case}"),
            &format!("The organisation's certificate was issued by another party{words}."),
            DRAFT,
            &scenario,
            &Customisation::new().organisation(foreign(change)),
        );
        vectors.push(match profile {
            VeraId => vector.invalid(2216),
            DomainAuth => vector.invalid(2218),
        });
    }
    vectors
}

/// A bundle signed with `key`, whose certificate is `signer`, with certificates attached.
pub(super) fn assemble(
    scenario: &Scenario,
    organisation_certificate: Option<&[u8]>,
    attached: &[Vec<u8>],
    signer: &[u8],
    key: &RsaKey,
    attribution: Option<&str>,
) -> MockBundle {
    let mut bundle = scenario.build();
    if let Some(certificate) = organisation_certificate {
        bundle.organisation_certificate = certificate.to_vec();
    }
    let content = Content::Attached(scenario.content.clone());
    let builder =
        SignedDataBuilder::new(content, signer, &scenario.service, scenario.signature_period)
            .certificates(attached);
    let builder = SignedDataBuilder { attribution: attribution.map(Into::into), ..builder };
    bundle.content_info = builder.sign(key);
    bundle.der = bundle.reassemble();
    bundle
}

pub(super) fn authority_name(profile: TestProfile) -> CommonName {
    profile.member_common_name(Some("staff"))
}

/// An organisation's certificate with this path length.
pub(super) fn top(profile: TestProfile, path_length: u64) -> CertificateBuilder {
    member(profile)
        .organisation_certificate()
        .basic_constraints(Some(BasicConstraints::AuthorityWithPathLength(path_length)))
}

fn paths(profile: TestProfile) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for count in 1..=4_usize {
        let names = ["staff", "team", "squad", "pair"];
        let intermediates = names[..count].iter().map(|name| (*name).to_owned()).collect();
        let scenario = Scenario { intermediates, ..member(profile) };
        let vector = vary(
            "path",
            &format!("intermediates-{count}"),
            &format!("The path from the organisation to the member has {count} more certificates."),
            DRAFT,
            &scenario,
            &Customisation::new(),
        );
        vectors.push(match (profile, count) {
            (VeraId, _) => vector.invalid(2215),
            (DomainAuth, 4) => vector.invalid(2212),
            (DomainAuth, _) => vector,
        });
    }
    let scenario = member(profile);
    let organisation_key = scenario.organisation_key;
    let staff_key = RsaKey::fixed(2048, 2);
    let period = scenario.certificate_period;
    let refused = |code: u16| if profile == VeraId { 2215 } else { code };
    // The organisation's path length, the authority's BasicConstraints and more, the code under
    // DomainAuth.
    type Intermediate = Box<dyn Fn(CertificateBuilder) -> CertificateBuilder>;
    let set = |value: Option<BasicConstraints>| -> Intermediate {
        Box::new(move |c| c.basic_constraints(value))
    };
    let cases: Vec<(&str, &str, &'static str, u64, Intermediate, u16)> = vec![
        (
            "path-length-0",
            "The organisation's path length is 0, and an intermediate certificate follows.",
            "RFC 5280 section 4.2.1.9",
            0,
            Box::new(|c| c),
            2211,
        ),
        (
            "intermediate-no-authority",
            "The intermediate certificate has no BasicConstraints.",
            "RFC 5280 section 4.2.1.9",
            1,
            set(None),
            2210,
        ),
        (
            "intermediate-not-ca",
            "The intermediate certificate's cA is FALSE.",
            "RFC 5280 section 4.2.1.9",
            1,
            set(Some(BasicConstraints::EndEntity)),
            2210,
        ),
        (
            "intermediate-usage",
            "The intermediate certificate's KeyUsage is digitalSignature.",
            "RFC 5280 section 4.2.1.3",
            1,
            Box::new(|c| c.extension(Extension::key_usage(&[0]))),
            2213,
        ),
        (
            "intermediate-expired",
            "The intermediate certificate has expired.",
            PATH,
            1,
            Box::new(|c| c.period(period_before_now(20 * DAY, 10 * DAY))),
            2402,
        ),
        (
            "intermediate-critical-extension",
            "The intermediate certificate has an unknown critical extension.",
            EXTENSIONS,
            1,
            Box::new(|c| c.extension(Extension::unknown_critical())),
            2208,
        ),
    ];
    for (case, description, spec, path_length, change, code) in cases {
        let organisation = top(profile, path_length);
        let staff = change(CertificateBuilder::intermediate(
            authority_name(profile),
            &staff_key,
            &organisation.as_issuer(),
            period,
            0,
        ));
        let signer =
            scenario.member_certificate(&staff.as_issuer()).sign(&staff_key, Digest::Sha256);
        let bundle = assemble(
            &scenario,
            Some(&organisation.sign(&organisation_key, Digest::Sha256)),
            &[signer.clone(), staff.sign(&organisation_key, Digest::Sha256)],
            &signer,
            &scenario.member_key,
            None,
        );
        vectors.push(
            vary_bundle("path", case, description, spec, &scenario, &bundle).invalid(refused(code)),
        );
    }
    vectors.extend(delegates(profile));
    vectors.extend(namesakes(profile));
    vectors
}

/// Two authorities with one name; the one that is tried first has a different key from the one that
/// issued.
fn namesakes(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let (staff_key, other_key) = (RsaKey::fixed(2048, 2), RsaKey::fixed(2048, 5));
    let organisation = top(profile, 1);
    let authority = |key: &RsaKey, serial: u8| {
        let (name, issuer) = (authority_name(profile), organisation.as_issuer());
        let period = scenario.certificate_period;
        let mut authority = CertificateBuilder::intermediate(name, key, &issuer, period, 0);
        // Certificates are attached in the order of their octets, which the serial number
        // determines.
        authority.serial = vec![serial; 16];
        authority
    };
    let sign =
        |authority: &CertificateBuilder| authority.sign(&scenario.organisation_key, Digest::Sha256);
    let staff = authority(&staff_key, 0x22);
    // A key identifier would distinguish the two without a check of the signature.
    let signer = scenario
        .member_certificate(&staff.as_issuer())
        .without_extension(Extension::AUTHORITY_KEY_IDENTIFIER)
        .sign(&staff_key, Digest::Sha256);
    let mut bundle = assemble(
        &scenario,
        Some(&sign(&organisation)),
        &[sign(&authority(&other_key, 0x11)), sign(&staff), signer.clone()],
        &signer,
        &scenario.member_key,
        None,
    );
    let vector = vary_bundle(
        "path",
        "two-authorities-of-one-name",
        "Two authorities have the issuer name of the member's certificate; the second one's key made the signature.",
        PATH,
        &scenario,
        &bundle,
    );
    if profile == VeraId {
        return vec![vector.invalid(2215)];
    }
    add_failures(&mut bundle.chain, 4);
    bundle.der = bundle.reassemble();
    let beyond = vary_bundle(
        "limit",
        "limit-failures-authority",
        "Four RRSIGs of the chain are invalid; the fifth failed check uses one authority's key, and another authority's key would match.",
        "Decisions, \"Limits\"",
        &scenario,
        &bundle,
    );
    vec![vector, beyond.invalid(2007).stage("certificate")]
}

/// Signers that are neither the organisation's certificate nor a plain member's.
fn delegates(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let by_organisation = organisation(profile);
    let key = RsaKey::fixed(2048, 2);
    let top = top(profile, 0);
    let organisation_der = top.sign(&scenario.organisation_key, Digest::Sha256);
    let staff = CertificateBuilder::intermediate(
        authority_name(profile),
        &key,
        &top.as_issuer(),
        scenario.certificate_period,
        0,
    )
    .sign(&scenario.organisation_key, Digest::Sha256);
    let signed = |attribution| {
        assemble(
            &scenario,
            Some(&organisation_der),
            std::slice::from_ref(&staff),
            &staff,
            &key,
            attribution,
        )
    };
    let attributed = vary_bundle(
        "delegate",
        "attributes",
        "An authority below the organisation signs and attributes the signature to alice: DomainAuth lets it sign for the organisation.",
        "DomainAuth, \"Organisation Signatures\"",
        &by_organisation,
        &signed(Some("alice")),
    );
    let member_certificate = scenario
        .member_certificate(&top.as_issuer())
        .sign(&scenario.organisation_key, Digest::Sha256);
    vec![
        match profile {
            VeraId => attributed.invalid(2504),
            DomainAuth => attributed,
        },
        vary_bundle(
            "delegate",
            "signs-as-itself",
            "An authority below the organisation signs without attribution, as the member that its certificate names.",
            DRAFT,
            &scenario,
            &signed(None),
        )
        .names(Some("staff"), "example.com"),
        vary_bundle(
            "delegate",
            "member-attributes",
            "A member that is not an authority attributes its signature to bob.",
            "DomainAuth, \"Organisation Signatures\"",
            &by_organisation,
            &assemble(
                &scenario,
                Some(&organisation_der),
                std::slice::from_ref(&member_certificate),
                &member_certificate,
                &scenario.member_key,
                Some("bob"),
            ),
        )
        .invalid(2504),
    ]
}

fn attached(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let by_organisation = organisation(profile);
    let made = scenario.build();
    let member_der = made.member_certificate.clone().unwrap();
    let organisation_der = made.organisation_certificate.clone();
    let unrelated = |index: usize| {
        let name = CommonName::utf8(&format!("unrelated {index}"));
        CertificateBuilder::new(name, &RsaKey::fixed(2048, 4), scenario.certificate_period)
            .sign(&RsaKey::fixed(2048, 4), Digest::Sha256)
    };
    let with = |certificates: &[Vec<u8>]| {
        assemble(&scenario, None, certificates, &member_der, &scenario.member_key, None)
    };
    let case = |case: &str, description: &str, certificates: &[Vec<u8>]| {
        vary_bundle(
            "attached",
            case,
            description,
            "RFC 5652 section 5.1",
            &scenario,
            &with(certificates),
        )
    };
    let twin = {
        let mut twin = scenario.member_certificate(&Issuer::of(&organisation_der));
        twin.serial = veraid_testkit::CertificateParts::of(&member_der).serial;
        twin.subject = common_name_only(&profile.member_common_name(Some("bob")));
        twin.sign(&scenario.organisation_key, Digest::Sha256)
    };
    let sister = |attribution| {
        // A different certificate of the organisation's name and key.
        let mut sister = scenario.organisation_certificate();
        sister.serial = vec![0x11; 16];
        let sister = sister.sign(&scenario.organisation_key, Digest::Sha256);
        (
            assemble(
                &by_organisation,
                None,
                std::slice::from_ref(&sister),
                &sister,
                &scenario.organisation_key,
                attribution,
            ),
            sister,
        )
    };
    let mut eight: Vec<_> = (0..7).map(unrelated).collect();
    eight.push(member_der.clone());
    let mut nine: Vec<_> = (0..8).map(unrelated).collect();
    nine.push(member_der.clone());
    let mut vectors = vec![
        case(
            "organisation-too",
            "The organisation's certificate is attached along with the member's, as deployed software does.",
            &[member_der.clone(), organisation_der.clone()],
        ),
        case(
            "unrelated",
            "An unrelated certificate is attached.",
            &[member_der.clone(), unrelated(0)],
        ),
        case("eight", "Eight certificates are attached, one of them the member's.", &eight),
        case("nine", "Nine certificates are attached, one of them the member's.", &nine)
            .malformed(1004),
        case(
            "same-issuer-and-serial",
            "Two attached certificates have the same issuer and serial number.",
            &[member_der.clone(), twin],
        )
        .invalid(2202),
        case("none", "The set of certificates is empty, but the member's is needed.", &[])
            .invalid(2201),
        case(
            "other-only",
            "The attached certificate is not the one that the signature names.",
            &[unrelated(0)],
        )
        .invalid(2201),
        vary(
            "attached",
            "organisation-and-attribution",
            "The organisation signs with attribution, and its certificate is attached too.",
            "RFC 5652 section 5.1",
            &by_organisation,
            &Customisation::new()
                .signed_data(|signed| signed.certificates = Some(vec![organisation_der.clone()])),
        ),
        vary(
            "attached",
            "organisation-without-attribution",
            "The organisation signs without attribution; its certificate is attached.",
            "DomainAuth, \"Organisation Signatures\"",
            &by_organisation,
            &Customisation::new().signed_data(|signed| {
                signed.certificates = Some(vec![organisation_der.clone()]);
                signed.attribution = None;
            }),
        )
        .invalid(2503),
        vary(
            "attached",
            "attribution-missing",
            "The organisation signs without attribution.",
            "DomainAuth, \"Organisation Signatures\"",
            &by_organisation,
            &Customisation::new().signed_data(|signed| signed.attribution = None),
        )
        .invalid(2503),
    ];
    let vector = vary_bundle(
        "attached",
        "other-organisation-certificate",
        "The signature names another certificate for the organisation's key, issued by that key.",
        "DomainAuth, \"Organisation Signatures\"",
        &by_organisation,
        &sister(Some("alice")).0,
    );
    vectors.push(match profile {
        VeraId => vector.invalid(2504),
        DomainAuth => vector,
    });
    vectors.push(
        vary_bundle(
            "attached",
            "attached-organisation-name-without-attribution",
            "Another certificate with the organisation's name and key signs as if it were a member's.",
            "DomainAuth, \"Organisation Signatures\"",
            &by_organisation,
            &sister(None).0,
        )
        .invalid(2503),
    );
    let absent = SignedDataBuilder::new(
        Content::Attached(scenario.content.clone()),
        &sister(None).1,
        &scenario.service,
        scenario.signature_period,
    )
    .attribution("alice");
    let mut bundle = by_organisation.build();
    bundle.content_info = absent.sign(&scenario.organisation_key);
    bundle.der = bundle.reassemble();
    vectors.push(
        vary_bundle(
            "attached",
            "other-organisation-certificate-absent",
            "The signature names another certificate for the organisation's key, which is not attached.",
            "RFC 5652 section 5.3",
            &by_organisation,
            &bundle,
        )
        .invalid(2201),
    );
    if profile == VeraId {
        vectors.push(vary(
            "attached",
            "empty-set",
            "The organisation signs, and the set of certificates is present but empty, as deployed software encodes it.",
            "RFC 5652 section 5.1",
            &by_organisation,
            &Customisation::new().signed_data(|signed| signed.certificates = Some(vec![])),
        ));
    }
    vectors
}
