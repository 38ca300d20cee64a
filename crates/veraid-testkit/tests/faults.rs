//! Every fault, verified: it is rejected for its own reason, and its parent is accepted.

use std::collections::BTreeSet;

use kliento::TokenBundle;
use veraid_core::{
    MemberIdBundle, ServiceOid, SignatureBundle, Timestamp, TrustAnchors, ValidityPeriod, Verifier,
};
use veraid_testkit::{
    AUDIENCE, Area, BundleFormat, Encapsulation, Expected, Fault, FaultyBundle, KLIENTO_SERVICE,
    MockBundle, Scenario, Signer, TestProfile, ZoneAlgorithm, ZoneKeys, period,
};

const PROFILES: [TestProfile; 2] = [TestProfile::VeraId, TestProfile::DomainAuth];

/// The verifier's verdict, with the number of its error.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Malformed(u16),
    Invalid(u16),
}

fn scenario(profile: TestProfile) -> Scenario {
    Scenario { root_keys: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256), ..Scenario::of(profile) }
}

/// Each fault in each profile that has it.
fn all() -> impl Iterator<Item = (TestProfile, Fault)> {
    PROFILES.into_iter().flat_map(|profile| {
        Fault::ALL
            .iter()
            .filter(move |fault| fault.applies_to(profile))
            .map(move |fault| (profile, *fault))
    })
}

fn verifier(anchors: &str) -> Verifier {
    Verifier::new(TrustAnchors::from_presentation(anchors).expect("anchors parse"))
}

fn judge(faulty: &FaultyBundle) -> Verdict {
    let verifier = verifier(&faulty.trust_anchors);
    if faulty.fault.area() == Area::Token {
        assert_eq!(faulty.plaintext, None);
        return judge_token(&faulty.der, &faulty.audience, faulty.period.start(), &verifier);
    }
    let service: ServiceOid = faulty.service.parse().expect("services are identifiers");
    match faulty.format {
        BundleFormat::Signature => {
            let given = faulty.plaintext.as_deref();
            judge_signature(&faulty.der, given, &service, faulty.period, &verifier)
        }
        BundleFormat::MemberId => {
            assert!(is_member_id(faulty.fault));
            judge_member_id(&faulty.der, &service, faulty.period, &verifier)
        }
    }
}

fn judge_signature(
    der: &[u8],
    given: Option<&[u8]>,
    service: &ServiceOid,
    period: ValidityPeriod,
    verifier: &Verifier,
) -> Verdict {
    let bundle = match SignatureBundle::from_der(der) {
        Err(error) => return Verdict::Malformed(error.code()),
        Ok(bundle) => bundle,
    };
    let verified = match given {
        Some(plaintext) => bundle.verify_detached(plaintext, service, period, verifier),
        None => bundle.verify(service, period, verifier),
    };
    match verified {
        Err(error) => Verdict::Invalid(error.code()),
        Ok(_) => Verdict::Accepted,
    }
}

fn judge_token(der: &[u8], audience: &str, at: Timestamp, verifier: &Verifier) -> Verdict {
    match TokenBundle::from_der(der) {
        Err(error) => Verdict::Malformed(error.code()),
        Ok(bundle) => match bundle.verify(audience, at, verifier) {
            Err(error) => Verdict::Invalid(error.code()),
            Ok(_) => Verdict::Accepted,
        },
    }
}

fn judge_member_id(
    der: &[u8],
    service: &ServiceOid,
    period: ValidityPeriod,
    verifier: &Verifier,
) -> Verdict {
    match MemberIdBundle::from_der(der) {
        Err(error) => Verdict::Malformed(error.code()),
        Ok(bundle) => match bundle.verify(service, period, verifier) {
            Err(error) => Verdict::Invalid(error.code()),
            Ok(_) => Verdict::Accepted,
        },
    }
}

/// The verdict on a bundle without a fault.
fn judge_parent(fault: Fault, parent: &Scenario, made: &MockBundle) -> Verdict {
    let verifier = verifier(&made.trust_anchors);
    let period = ValidityPeriod::at(parent.at);
    if is_member_id(fault) {
        return judge_member_id(&made.member_id_bundle(), &kliento(), period, &verifier);
    }
    if fault.area() == Area::Token {
        return judge_token(&made.der, AUDIENCE, parent.at, &verifier);
    }
    let given =
        (parent.encapsulation == Encapsulation::Detached).then_some(made.plaintext.as_slice());
    judge_signature(&made.der, given, &kliento(), period, &verifier)
}

fn is_member_id(fault: Fault) -> bool {
    matches!(fault, Fault::MemberIdVersionOther | Fault::MemberIdIntermediates)
}

fn kliento() -> ServiceOid {
    KLIENTO_SERVICE.parse().expect("it is an identifier")
}

#[test]
fn every_fault_has_the_verdict_and_the_error_of_its_own() {
    let mut wrong = Vec::new();
    for (profile, fault) in all() {
        let faulty = fault.build(&scenario(profile));
        let code = code(fault, profile);
        let stated = match faulty.expected {
            Expected::Accepted => Verdict::Accepted,
            Expected::Malformed => Verdict::Malformed(code),
            Expected::Invalid => Verdict::Invalid(code),
        };
        let found = judge(&faulty);
        if found != stated {
            wrong.push(format!("{fault} under {profile:?}: {found:?}, not {stated:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// The error number of the rule that each fault breaks; 0 if nothing is wrong or the fault does not
/// exist under the profile.
fn code(fault: Fault, profile: TestProfile) -> u16 {
    use Fault as F;
    let [veraid, domainauth] = match fault {
        F::TokenBundleTooLarge => [1001; 2],
        F::BundleEmpty
        | F::BundleCutOff
        | F::BundleTrailingOctet
        | F::BundleLengthIndefinite
        | F::BundleLengthPadded
        | F::BundleVersionMissing
        | F::BundleVersionOther
        | F::BundleVersionPadded
        | F::BundleFieldsSwapped
        | F::BundleFieldAdded
        | F::BundleSignatureMissing
        | F::MemberIdVersionOther
        | F::CertificatesTooMany
        | F::MemberCertificateExtensionRepeated
        | F::ContentChunksNested
        | F::ContentLengthIndefinite
        | F::MetadataFractionAfterComma
        | F::MetadataOffset
        | F::MetadataLocalTime
        | F::MetadataWithoutSeconds
        | F::MetadataWithoutMinutes
        | F::MetadataSecond60
        | F::MetadataMonth13
        | F::AttributionStringTypeOther => [1004; 2],
        F::ChainGarbage
        | F::ChainPointerLoop
        | F::ChainLabelType
        | F::ChainNameTooLong
        | F::ChainDataOverrun => [1005; 2],
        F::BundleChainNotSorted
        | F::MemberCertificateSerialPadded
        | F::MemberCertificatePathLength
        | F::ContentInChunks
        | F::SignedAttributesNotSorted
        | F::MetadataFraction => [0, 1006],
        F::ChainWithoutRootKeys
        | F::ChainWithoutDelegation
        | F::ChainWithoutZoneKeys
        | F::ChainWithoutKeyRecords
        | F::ChainNameError
        | F::ChainTruncationFlag => [2001; 2],
        F::ZoneKeyAlgorithmOld | F::DelegationSha1Only => [2003; 2],
        F::ChainAlias | F::ChainSubtreeAlias => [2005; 2],
        F::ChainTwoAnswers => [2006; 2],
        F::RrsigsBogusTooMany => [2007; 2],
        F::KeyRecordsNotSigned | F::ChainInsecureDelegation => [2011; 2],
        F::KeyRecordsChanged | F::DelegationSignatureBitFlipped => [2012; 2],
        F::RrsigByOtherKey => [2013; 2],
        F::RrsigByOtherZone | F::RrsigByParentZone => [2014; 2],
        F::ChainWildcard => [2015; 2],
        F::RrsigLabelsTooMany => [2016; 2],
        F::RrsigInverted => [2017; 2],
        F::RrsigOver90Days => [0, 2018],
        F::ZoneKeyRevoked
        | F::ZoneKeyNotForZones
        | F::ZoneKeyProtocolOther
        | F::DelegationOfOtherKey
        | F::DelegationSha1Fits => [2019; 2],
        F::TrustAnchorUnknown => [2020; 2],
        F::RrsigExpired | F::RrsigNotYetValid | F::RrsigsDisjoint => [2031; 2],
        F::OrganisationNameRepeated => [2101; 2],
        F::OrganisationNameEmpty
        | F::OrganisationNameRoot
        | F::OrganisationNameLeadingDot
        | F::OrganisationNameTwoFinalDots
        | F::OrganisationNameLabelTooLong
        | F::OrganisationNameTooLong
        | F::OrganisationNameNotAscii => [2102; 2],
        F::OrganisationNameNoFinalDot => [0, 2102],
        F::KeyRecordMissing
        | F::KeyRecordOfOtherKey
        | F::KeyRecordOfOtherName
        | F::KeyRecordForOtherService => [2111; 2],
        F::KeyRecordOfOtherProfile => [2150; 2],
        // VeraId treats the algorithm as part of what identifies the key, DomainAuth as a property
        // of it.
        F::KeyRecordAlgorithmOther => [2111, 2112],
        F::KeyRecordPadding => [2150, 2112],
        F::KeyRecordSplit => [2111, 0],
        F::KeyRecordAsDocumented => [2150, 0],
        F::KeyRecordTabs => [0, 2150],
        F::KeyRecordDigestTypeUnknown => [0, 2111],
        F::KeyRecordDigestTypeZero
        | F::KeyRecordTtlZero
        | F::KeyRecordTtlOver90Days
        | F::KeyRecordTtlOver32Bits
        | F::KeyRecordTwoSpaces => [0, 2112],
        F::KeyRecordTtlNegative
        | F::KeyRecordTtlPlus
        | F::KeyRecordTtlExponent
        | F::KeyRecordTtlHexadecimal => [2112; 2],
        F::KeyRecordsTwoForAny | F::KeyRecordsTwoForService => [2113; 2],
        F::MemberCertificateMissing | F::SignerCertificateOther => [2201; 2],
        F::CertificateSerialRepeated => [2202; 2],
        F::MemberCertificateVersionOther => [2203; 2],
        F::MemberCertificateSerialNegative => [2204; 2],
        F::MemberCertificateInverted => [2205; 2],
        F::MemberCertificateOver90Days | F::OrganisationCertificateOver90Days => [0, 2206],
        F::MemberCertificateAlgorithmsDiffer
        | F::MemberKeyOf1024Bits
        | F::MemberKeyExponentOf3
        | F::MemberKeyOnCurve
        | F::MemberKeyForPssAlone
        | F::OrganisationKeyOf1024Bits
        | F::OrganisationKeyOf2056Bits => [2207; 2],
        F::MemberCertificateCriticalExtension | F::OrganisationCertificateCriticalExtension => {
            [2208; 2]
        }
        F::MemberCertificateNameConstraints => [2209; 2],
        F::OrganisationCertificateNoAuthority => [2210; 2],
        F::IntermediateNoAuthority => [0, 2210],
        F::IntermediateBeyondPathLength => [0, 2211],
        F::MemberCertificateKeyUsage => [2213; 2],
        F::MemberCertificateAuthorityKeyOther => [2214; 2],
        F::MemberCertificateIssuerOther | F::MemberCertificateSelfSigned => [2215; 2],
        F::IntermediateCertificate => [2215, 0],
        F::MemberIdIntermediates => [1004, 0],
        F::IntermediateMissing => [0, 2215],
        F::OrganisationCertificateForeign => [2216, 2218],
        F::MemberCertificateIssuedByOtherKey
        | F::OrganisationCertificateBitFlipped
        | F::OrganisationCertificateStretched => [2217; 2],
        F::SignedDataOfOtherType => [2301; 2],
        F::SignedDataVersionOther => [2302; 2],
        F::SignedDataVersion3 => [0, 2302],
        F::ContentTypeOther => [2303; 2],
        F::SignerMissing | F::SignersTwo => [2304; 2],
        F::SignerByKeyIdentifier => [2305; 2],
        F::UnsignedAttributeAdded | F::MetadataUnsigned | F::AttributionUnsigned => [2306; 2],
        F::SignedAttributesMissing => [2307; 2],
        F::RevocationListsAdded => [2308; 2],
        F::MetadataWithoutValue
        | F::MetadataRepeated
        | F::MetadataTwoValues
        | F::AttributionRepeated
        | F::AttributionTwoValues => [2310; 2],
        F::ContentTypeAttributeMissing | F::MessageDigestMissing | F::MetadataMissing => [2311; 2],
        F::ContentTypeAttributeOther | F::AlgorithmProtectionOther | F::AttributionNotUtf8 => {
            [2312; 2]
        }
        F::SignaturePkcs1
        | F::SignatureDefaultParameters
        | F::SignatureSaltMissing
        | F::SignatureSaltShort
        | F::SignatureMaskOther
        | F::DigestSha1 => [2314; 2],
        F::ContentNotGiven | F::ContentGivenTwice | F::TokenDetached => [2315; 2],
        F::ContentOther | F::ContentChanged => [2316; 2],
        F::SignedPeriodInverted => [2317; 2],
        F::SignatureBitFlipped | F::SignatureByOtherKey => [2318; 2],
        F::SigningCertificateOther => [2350; 2],
        F::SigningCertificateDigestOther => [2351; 2],
        F::SigningCertificateSeveral => [2352; 2],
        F::ServiceOther | F::ServicePrefix | F::ServiceSuffix | F::TokenForOtherService => {
            [2401; 2]
        }
        F::MemberCertificateExpired
        | F::MemberCertificateNotYetValid
        | F::OrganisationCertificateExpired
        | F::KeyRecordLookBackTooShort
        | F::SignedPeriodOver
        | F::SignedPeriodNotYet => [2402; 2],
        F::KeyRecordLookBackFromRequest => [0, 2402],
        F::TokenOverOneHour => [2403; 2],
        F::SignedPeriodOver90Days => [0, 2403],
        F::RequestOver90Days => [0, 2404],
        F::MemberNameEmpty
        | F::MemberNameWithAtSign
        | F::AttributionEmpty
        | F::AttributionWithAtSign
        | F::AttributionWithTab
        | F::AttributionWithCarriageReturn
        | F::AttributionWithLineFeed
        | F::AttributionWithNul
        | F::AttributionWithDirectionOverride
        | F::AttributionWithLineSeparator
        | F::AttributionWithNoBreakSpace => [2501; 2],
        F::AttributionWithSpace | F::AttributionUpperCase | F::AttributionFullWidth => [0, 2501],
        F::MemberNameMissing | F::MemberNameSurrogate | F::MemberNameOddLength => [2502; 2],
        F::AttributionMissing => [2503; 2],
        F::AttributionByMember => [2504; 2],
        F::AttributionByDelegate => [2504, 0],
        F::TokenAudienceMissing
        | F::TokenAudienceEmpty
        | F::TokenAudienceRepeated
        | F::TokenClaimNumber
        | F::TokenClaimNull
        | F::TokenClaimObject
        | F::TokenNotUtf8
        | F::TokenByteOrderMark
        | F::TokenArray
        | F::TokenTrailingText => [3001; 2],
        F::TokenAudienceOther | F::TokenAudienceUpperCase | F::TokenAudienceTrailingSlash => {
            [3002; 2]
        }
        _ => panic!("{fault} has no number of an error here"),
    };
    match profile {
        TestProfile::VeraId => veraid,
        TestProfile::DomainAuth => domainauth,
    }
}

#[test]
fn rejected_vectors_have_an_error_and_accepted_ones_do_not() {
    for (profile, fault) in all() {
        let accepted = fault.expected(profile) == Some(Expected::Accepted);
        assert_eq!(code(fault, profile) == 0, accepted, "{fault} under {profile:?}");
    }
}

#[test]
fn every_fault_has_a_valid_parent() {
    for profile in PROFILES {
        for user in [Some("alice".to_owned()), None] {
            for signer in [Signer::Member, Signer::Organisation] {
                let given = Scenario { user: user.clone(), signer, ..scenario(profile) };
                let mut seen = BTreeSet::new();
                for (_, fault) in all().filter(|(having, _)| *having == profile) {
                    let parent = fault.parent(&given);
                    let made = parent.build();
                    // Most faults have the same parent.
                    let way = (fault.area() == Area::Token, is_member_id(fault));
                    if seen.insert((made.der.clone(), way)) {
                        let verdict = judge_parent(fault, &parent, &made);
                        assert_eq!(verdict, Verdict::Accepted, "{fault} under {profile:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn faults_have_the_same_class_in_other_scenarios() {
    let mut wrong = Vec::new();
    for (profile, fault) in all() {
        let usual = scenario(profile);
        let later = usual.at.saturating_add(3 * 365 * 86_400);
        let other = Scenario {
            organisation: "a.sub.other.example".into(),
            user: None,
            signer: Signer::Organisation,
            at: later,
            signature_period: period(later.saturating_sub(10), later.saturating_add(100)),
            certificate_period: period(later.saturating_sub(100), later.saturating_add(86_400)),
            rrsig_period: period(later.saturating_sub(100), later.saturating_add(86_400)),
            tld_keys: ZoneKeys::two_ksks_and_zsk(ZoneAlgorithm::Ed25519),
            zone_keys: ZoneKeys::ksk_and_zsk(ZoneAlgorithm::EcdsaP384),
            ..usual
        };
        let faulty = fault.build(&other);
        let stated = code(fault, profile);
        let found = judge(&faulty);
        let as_stated = match faulty.expected {
            Expected::Accepted => found == Verdict::Accepted,
            Expected::Malformed => found == Verdict::Malformed(stated),
            Expected::Invalid => found == Verdict::Invalid(stated),
        };
        if !as_stated {
            wrong.push(format!("{fault} under {profile:?}: {found:?}, not {stated}"));
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn names_are_unique_and_in_kebab_case_and_descriptions_are_sentences() {
    let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    assert_eq!(names.len(), Fault::ALL.len());
    for fault in Fault::ALL {
        // The name is the variant's in kebab case; a number belongs to the word before it.
        let variant = format!("{fault:?}");
        let joined: String = fault.name().split('-').collect();
        assert_eq!(joined, variant.to_lowercase());
        let kebab = |octet: u8| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-');
        assert!(fault.name().bytes().all(kebab), "{fault}");
        let text = fault.description();
        assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{fault}: {text}");
    }
}

#[test]
fn every_fault_changes_the_bundle_or_the_question() {
    for (profile, fault) in all() {
        let given = scenario(profile);
        let parent = fault.parent(&given);
        let made = parent.build();
        let attached = parent.encapsulation != Encapsulation::Detached;
        let faulty = fault.build(&given);
        let whole = FaultyBundle {
            der: made.der.clone(),
            trust_anchors: made.trust_anchors.clone(),
            service: KLIENTO_SERVICE.into(),
            audience: AUDIENCE.into(),
            period: ValidityPeriod::at(parent.at),
            plaintext: (!attached).then(|| made.plaintext.clone()),
            ..faulty.clone()
        };
        assert_ne!(faulty, whole, "{fault} under {profile:?}");
    }
}

#[test]
#[should_panic(expected = "key-record-digest-type-zero does not exist under VeraId")]
fn a_fault_that_a_profile_does_not_have_is_not_made_for_it() {
    let _ = Fault::KeyRecordDigestTypeZero.build(&scenario(TestProfile::VeraId));
}

#[test]
fn the_same_fault_of_the_same_scenario_is_the_same_bytes() {
    let fault = Fault::KeyRecordsChanged;
    let once = fault.build(&scenario(TestProfile::VeraId));
    assert_eq!(once, fault.build(&scenario(TestProfile::VeraId)));
}
