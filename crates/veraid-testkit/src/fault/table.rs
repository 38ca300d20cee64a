//! The table of faults: names, starting points and expected verdicts.

use super::properties::{Area, Expected, Parent};

/// The expected verdicts: first under VeraId, then under DomainAuth.
type Verdicts = [Option<Expected>; 2];

const ACCEPTED: Option<Expected> = Some(Expected::Accepted);
const MALFORMED: Option<Expected> = Some(Expected::Malformed);
const INVALID: Option<Expected> = Some(Expected::Invalid);
/// The fault does not exist under this profile.
const NONE: Option<Expected> = None;

/// Defines the enum and the properties of each variant from one list.
macro_rules! faults {
    ($($area:ident { $(
        $(#[doc = $description:literal])+
        $variant:ident $name:literal $parent:ident [$veraid:ident $domainauth:ident]
    )+ })+) => {
        /// A way in which a bundle, its parts or a token can be wrong: one change to something
        /// valid.
        ///
        /// Some faults are written by deployed software, so VeraId accepts them, and some are
        /// faults under one profile only. See [`Fault::expected`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Fault {
            $($($(#[doc = $description])+ $variant,)+)+
        }

        impl Fault {
            /// Every fault, grouped by area.
            pub const ALL: &[Self] = &[$($(Self::$variant,)+)+];

            /// The name, in kebab case and stable across releases.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$variant => $name,)+)+ }
            }

            /// A one-sentence description of the fault.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $($(Self::$variant => concat!($($description),+).trim_ascii(),)+)+ }
            }

            /// The part that the fault affects.
            #[must_use]
            pub const fn area(self) -> Area {
                match self { $($(Self::$variant => Area::$area,)+)+ }
            }

            pub(super) const fn parent_kind(self) -> Parent {
                match self { $($(Self::$variant => Parent::$parent,)+)+ }
            }

            pub(super) const fn verdicts(self) -> Verdicts {
                match self { $($(Self::$variant => [$veraid, $domainauth],)+)+ }
            }
        }
    };
}

faults! {
    Bundle {
        /// The bundle has no bytes at all.
        BundleEmpty "bundle-empty" Any [MALFORMED MALFORMED]
        /// The bundle's last octet is missing.
        BundleCutOff "bundle-cut-off" Any [MALFORMED MALFORMED]
        /// One extra octet follows the bundle.
        BundleTrailingOctet "bundle-trailing-octet" Any [MALFORMED MALFORMED]
        /// The bundle's length is indefinite.
        BundleLengthIndefinite "bundle-length-indefinite" Any [MALFORMED MALFORMED]
        /// The bundle's length is encoded in more octets than necessary.
        BundleLengthPadded "bundle-length-padded" Any [MALFORMED MALFORMED]
        /// The bundle's version is missing.
        BundleVersionMissing "bundle-version-missing" Any [MALFORMED MALFORMED]
        /// The bundle's version is 1.
        BundleVersionOther "bundle-version-other" Any [MALFORMED MALFORMED]
        /// The bundle's version 0 is encoded in two octets.
        BundleVersionPadded "bundle-version-padded" Any [MALFORMED MALFORMED]
        /// The chain and the organisation certificate are swapped.
        BundleFieldsSwapped "bundle-fields-swapped" Any [MALFORMED MALFORMED]
        /// The bundle has a fifth field.
        BundleFieldAdded "bundle-field-added" Any [MALFORMED MALFORMED]
        /// The bundle has no signature.
        BundleSignatureMissing "bundle-signature-missing" Any [MALFORMED MALFORMED]
        /// The chain's messages are not in DER order.
        BundleChainNotSorted "bundle-chain-not-sorted" Any [ACCEPTED MALFORMED]
        /// The version of a member id bundle is 1.
        MemberIdVersionOther "member-id-version-other" Member [MALFORMED MALFORMED]
        /// A member id bundle contains the intermediate certificate that issued the member's, which
        /// only DomainAuth allows.
        MemberIdIntermediates "member-id-intermediates" Member [MALFORMED ACCEPTED]
    }
    Certificate {
        /// Nine certificates are attached, one more than the maximum.
        CertificatesTooMany "certificates-too-many" Member [MALFORMED MALFORMED]
        /// The signer's certificate is not attached.
        MemberCertificateMissing "member-certificate-missing" Member [INVALID INVALID]
        /// Another attached certificate has the same issuer and serial number as the signer's.
        CertificateSerialRepeated "certificate-serial-repeated" Member [INVALID INVALID]
        /// The member's certificate is signed by a key other than the organisation's.
        MemberCertificateIssuedByOtherKey "member-certificate-issued-by-other-key" Member [INVALID INVALID]
        /// The member's certificate names an issuer other than the organisation.
        MemberCertificateIssuerOther "member-certificate-issuer-other" Member [INVALID INVALID]
        /// The member's certificate is self-signed.
        MemberCertificateSelfSigned "member-certificate-self-signed" Member [INVALID INVALID]
        /// The member's certificate has an authority key identifier other than the organisation's.
        MemberCertificateAuthorityKeyOther "member-certificate-authority-key-other" Member [INVALID INVALID]
        /// The member's certificate is an X.509 v1 certificate.
        MemberCertificateVersionOther "member-certificate-version-other" Member [INVALID INVALID]
        /// The member's certificate has a padded serial number.
        MemberCertificateSerialPadded "member-certificate-serial-padded" Member [ACCEPTED MALFORMED]
        /// The member's certificate has a negative serial number.
        MemberCertificateSerialNegative "member-certificate-serial-negative" Member [INVALID INVALID]
        /// The member's certificate names different hashes inside and outside the signed part.
        MemberCertificateAlgorithmsDiffer "member-certificate-algorithms-differ" Member [INVALID INVALID]
        /// The member's certificate has a path length but is not a CA certificate.
        MemberCertificatePathLength "member-certificate-path-length" Member [ACCEPTED MALFORMED]
        /// The member's certificate has a KeyUsage that does not allow signatures.
        MemberCertificateKeyUsage "member-certificate-key-usage" Member [INVALID INVALID]
        /// The member's certificate has an unknown critical extension.
        MemberCertificateCriticalExtension "member-certificate-critical-extension" Member [INVALID INVALID]
        /// The member's certificate has name constraints.
        MemberCertificateNameConstraints "member-certificate-name-constraints" Member [INVALID INVALID]
        /// The member's certificate contains the same extension twice.
        MemberCertificateExtensionRepeated "member-certificate-extension-repeated" Member [MALFORMED MALFORMED]
        /// The member's certificate ends before it starts.
        MemberCertificateInverted "member-certificate-inverted" Member [INVALID INVALID]
        /// The member's certificate expired one second before the instant.
        MemberCertificateExpired "member-certificate-expired" Member [INVALID INVALID]
        /// The member's certificate starts one second after the instant.
        MemberCertificateNotYetValid "member-certificate-not-yet-valid" Member [INVALID INVALID]
        /// The member's certificate is valid for 90 days and one second.
        MemberCertificateOver90Days "member-certificate-over-90-days" Member [ACCEPTED INVALID]
        /// The member's key has 1024 bits.
        MemberKeyOf1024Bits "member-key-of-1024-bits" Member [INVALID INVALID]
        /// The member's key has the exponent 3.
        MemberKeyExponentOf3 "member-key-exponent-of-3" Member [INVALID INVALID]
        /// The member's key is on the curve P-256.
        MemberKeyOnCurve "member-key-on-curve" Member [INVALID INVALID]
        /// The member's key is marked as RSASSA-PSS only.
        MemberKeyForPssAlone "member-key-for-pss-alone" Member [INVALID INVALID]
        /// The member's common name is empty.
        MemberNameEmpty "member-name-empty" Member [INVALID INVALID]
        /// The member's common name has an at sign.
        MemberNameWithAtSign "member-name-with-at-sign" Member [INVALID INVALID]
        /// The member's certificate has no common name.
        MemberNameMissing "member-name-missing" Member [INVALID INVALID]
        /// The member's common name has half of a surrogate pair.
        MemberNameSurrogate "member-name-surrogate" Member [INVALID INVALID]
        /// The member's common name is a BMPString with an odd number of octets.
        MemberNameOddLength "member-name-odd-length" Member [INVALID INVALID]
        /// The organisation's certificate issued the member's but is not a CA certificate.
        OrganisationCertificateNoAuthority "organisation-certificate-no-authority" Member [INVALID INVALID]
        /// A bit of the self-signature of the organisation's certificate is flipped.
        OrganisationCertificateBitFlipped "organisation-certificate-bit-flipped" Any [INVALID INVALID]
        /// The end date of the organisation's certificate was changed after signing.
        OrganisationCertificateStretched "organisation-certificate-stretched" Any [INVALID INVALID]
        /// The organisation's certificate was issued by another party.
        OrganisationCertificateForeign "organisation-certificate-foreign" Any [INVALID INVALID]
        /// The organisation's certificate has an unknown critical extension.
        OrganisationCertificateCriticalExtension "organisation-certificate-critical-extension" Any [INVALID INVALID]
        /// The organisation's certificate expired one second before the instant.
        OrganisationCertificateExpired "organisation-certificate-expired" Any [INVALID INVALID]
        /// The organisation's certificate is valid for 90 days and one second.
        OrganisationCertificateOver90Days "organisation-certificate-over-90-days" Any [ACCEPTED INVALID]
        /// The organisation's key has 1024 bits.
        OrganisationKeyOf1024Bits "organisation-key-of-1024-bits" Any [INVALID INVALID]
        /// The organisation's key has 2056 bits, which is not one of the allowed sizes.
        OrganisationKeyOf2056Bits "organisation-key-of-2056-bits" Any [INVALID INVALID]
        /// The organisation's certificate contains its common name twice.
        OrganisationNameRepeated "organisation-name-repeated" Any [INVALID INVALID]
        /// The organisation's common name is empty.
        OrganisationNameEmpty "organisation-name-empty" Any [INVALID INVALID]
        /// The organisation's common name is the root.
        OrganisationNameRoot "organisation-name-root" Any [INVALID INVALID]
        /// The organisation's common name starts with a dot.
        OrganisationNameLeadingDot "organisation-name-leading-dot" Any [INVALID INVALID]
        /// The organisation's common name ends with two dots.
        OrganisationNameTwoFinalDots "organisation-name-two-final-dots" Any [INVALID INVALID]
        /// The organisation's common name does not end with a dot, which DomainAuth requires.
        OrganisationNameNoFinalDot "organisation-name-no-final-dot" Any [NONE INVALID]
        /// A label of the organisation's common name has 64 octets.
        OrganisationNameLabelTooLong "organisation-name-label-too-long" Any [INVALID INVALID]
        /// The organisation's common name has 255 characters, too many for a domain name.
        OrganisationNameTooLong "organisation-name-too-long" Any [INVALID INVALID]
        /// The organisation's common name has a non-ASCII label.
        OrganisationNameNotAscii "organisation-name-not-ascii" Any [INVALID INVALID]
        /// An intermediate certificate links the organisation and the member, which only DomainAuth
        /// allows.
        IntermediateCertificate "intermediate-certificate" Member [INVALID ACCEPTED]
        /// The organisation's path length is 0, and an intermediate certificate follows.
        IntermediateBeyondPathLength "intermediate-beyond-path-length" Intermediate [NONE INVALID]
        /// The intermediate certificate is not a CA certificate.
        IntermediateNoAuthority "intermediate-no-authority" Intermediate [NONE INVALID]
        /// The intermediate certificate is not attached.
        IntermediateMissing "intermediate-missing" Intermediate [NONE INVALID]
    }
    Chain {
        /// One message of the chain is not a DNS message.
        ChainGarbage "chain-garbage" Any [MALFORMED MALFORMED]
        /// A compression pointer points at itself.
        ChainPointerLoop "chain-pointer-loop" Any [MALFORMED MALFORMED]
        /// A label has an undefined type.
        ChainLabelType "chain-label-type" Any [MALFORMED MALFORMED]
        /// A name has more than 255 octets.
        ChainNameTooLong "chain-name-too-long" Any [MALFORMED MALFORMED]
        /// The length of a record's data extends past the end of the message.
        ChainDataOverrun "chain-data-overrun" Any [MALFORMED MALFORMED]
        /// The chain does not contain the root's keys.
        ChainWithoutRootKeys "chain-without-root-keys" Any [INVALID INVALID]
        /// The chain does not contain the delegation of the last zone.
        ChainWithoutDelegation "chain-without-delegation" Any [INVALID INVALID]
        /// The chain does not contain the keys of the last zone.
        ChainWithoutZoneKeys "chain-without-zone-keys" Any [INVALID INVALID]
        /// The last zone has no secure delegation and its records are unsigned.
        ChainInsecureDelegation "chain-insecure-delegation" Any [INVALID INVALID]
        /// The chain does not contain the key records.
        ChainWithoutKeyRecords "chain-without-key-records" Any [INVALID INVALID]
        /// Two messages answer the question for the key records.
        ChainTwoAnswers "chain-two-answers" Any [INVALID INVALID]
        /// The message with the key records has the response code NXDOMAIN.
        ChainNameError "chain-name-error" Any [INVALID INVALID]
        /// The message with the key records has the TC (truncated) flag.
        ChainTruncationFlag "chain-truncation-flag" Any [INVALID INVALID]
        /// There is an alias at the name of the key records.
        ChainAlias "chain-alias" Any [INVALID INVALID]
        /// The names below a zone above the key records are aliases.
        ChainSubtreeAlias "chain-subtree-alias" Any [INVALID INVALID]
        /// The key records come from a wildcard.
        ChainWildcard "chain-wildcard" Any [INVALID INVALID]
        /// The trust anchor is for a key that the root does not have.
        TrustAnchorUnknown "trust-anchor-unknown" Any [INVALID INVALID]
        /// The key records are not signed.
        KeyRecordsNotSigned "key-records-not-signed" Any [INVALID INVALID]
        /// A key record was changed after it was signed.
        KeyRecordsChanged "key-records-changed" Any [INVALID INVALID]
        /// A bit of the signature over the last delegation is flipped.
        DelegationSignatureBitFlipped "delegation-signature-bit-flipped" Any [INVALID INVALID]
        /// The key records are signed by a key that the zone does not have.
        RrsigByOtherKey "rrsig-by-other-key" Any [INVALID INVALID]
        /// The signature over the key records names another zone.
        RrsigByOtherZone "rrsig-by-other-zone" Any [INVALID INVALID]
        /// The zone above a delegation signs the key records below it.
        RrsigByParentZone "rrsig-by-parent-zone" Any [INVALID INVALID]
        /// The signature over the key records counts more labels than their name has.
        RrsigLabelsTooMany "rrsig-labels-too-many" Any [INVALID INVALID]
        /// The signature over the key records expires before its inception.
        RrsigInverted "rrsig-inverted" Any [INVALID INVALID]
        /// The signature over the key records expired ten seconds before the instant.
        RrsigExpired "rrsig-expired" Any [INVALID INVALID]
        /// The signature over the key records starts ten seconds after the instant.
        RrsigNotYetValid "rrsig-not-yet-valid" Any [INVALID INVALID]
        /// Keys and key records are each signed for part of the period, but share no second.
        RrsigsDisjoint "rrsigs-disjoint" Any [INVALID INVALID]
        /// The RRSIGs are valid for 90 days and one second.
        RrsigOver90Days "rrsig-over-90-days" Any [ACCEPTED INVALID]
        /// Six signatures over the key records are invalid, more than the limit on failed checks.
        RrsigsBogusTooMany "rrsigs-bogus-too-many" Any [INVALID INVALID]
        /// The last zone's key is revoked.
        ZoneKeyRevoked "zone-key-revoked" Any [INVALID INVALID]
        /// The last zone's key has no ZONE flag.
        ZoneKeyNotForZones "zone-key-not-for-zones" Any [INVALID INVALID]
        /// The last zone's key has a protocol other than 3.
        ZoneKeyProtocolOther "zone-key-protocol-other" Any [INVALID INVALID]
        /// The last zone's key has algorithm 5, which uses SHA-1.
        ZoneKeyAlgorithmOld "zone-key-algorithm-old" Any [INVALID INVALID]
        /// The last delegation has the digest of another key.
        DelegationOfOtherKey "delegation-of-other-key" Any [INVALID INVALID]
        /// The last delegation has a SHA-1 digest and no other.
        DelegationSha1Only "delegation-sha-1-only" Any [INVALID INVALID]
        /// The last delegation matches by its SHA-1 digest but not by its SHA-256 digest.
        DelegationSha1Fits "delegation-sha-1-fits" Any [INVALID INVALID]
    }
    KeyRecord {
        /// The only record is for another protocol.
        KeyRecordMissing "key-record-missing" Any [INVALID INVALID]
        /// The record names another key.
        KeyRecordOfOtherKey "key-record-of-other-key" Any [INVALID INVALID]
        /// The key's record is at a name other than that of the organisation's records.
        KeyRecordOfOtherName "key-record-of-other-name" Any [INVALID INVALID]
        /// The record has the form of the other profile.
        KeyRecordOfOtherProfile "key-record-of-other-profile" Any [INVALID INVALID]
        /// The record has the four fields that VeraId's documentation describes, including a digest
        /// type.
        KeyRecordAsDocumented "key-record-as-documented" Any [INVALID NONE]
        /// The record is for another service.
        KeyRecordForOtherService "key-record-for-other-service" Any [INVALID INVALID]
        /// The key id is padded as in the other profile.
        KeyRecordPadding "key-record-padding" Any [INVALID INVALID]
        /// The record's algorithm is for keys of another size.
        KeyRecordAlgorithmOther "key-record-algorithm-other" Any [INVALID INVALID]
        /// The record's digest type is 0, which is reserved.
        KeyRecordDigestTypeZero "key-record-digest-type-zero" Any [NONE INVALID]
        /// The record's digest type is 4, which is not registered.
        KeyRecordDigestTypeUnknown "key-record-digest-type-unknown" Any [NONE INVALID]
        /// The record's TTL override is 0.
        KeyRecordTtlZero "key-record-ttl-zero" Any [ACCEPTED INVALID]
        /// The record's TTL override is one second over 90 days.
        KeyRecordTtlOver90Days "key-record-ttl-over-90-days" Any [ACCEPTED INVALID]
        /// The record's TTL override does not fit into 32 bits.
        KeyRecordTtlOver32Bits "key-record-ttl-over-32-bits" Any [ACCEPTED INVALID]
        /// The record's TTL override is negative.
        KeyRecordTtlNegative "key-record-ttl-negative" Any [INVALID INVALID]
        /// The record's TTL override has a plus sign.
        KeyRecordTtlPlus "key-record-ttl-plus" Any [INVALID INVALID]
        /// The record's TTL override has an exponent.
        KeyRecordTtlExponent "key-record-ttl-exponent" Any [INVALID INVALID]
        /// The record's TTL override is hexadecimal.
        KeyRecordTtlHexadecimal "key-record-ttl-hexadecimal" Any [INVALID INVALID]
        /// Two records with different TTL overrides are for any service.
        KeyRecordsTwoForAny "key-records-two-for-any" Any [INVALID INVALID]
        /// Two records with different TTL overrides are for the service.
        KeyRecordsTwoForService "key-records-two-for-service" Any [INVALID INVALID]
        /// The record is in two character-strings.
        KeyRecordSplit "key-record-split" Any [INVALID ACCEPTED]
        /// Tabs separate the record's fields.
        KeyRecordTabs "key-record-tabs" Any [ACCEPTED INVALID]
        /// Two spaces separate two of the record's fields.
        KeyRecordTwoSpaces "key-record-two-spaces" Any [ACCEPTED INVALID]
        /// The chain expired longer before the end of the period than the TTL override allows.
        KeyRecordLookBackTooShort "key-record-look-back-too-short" Any [INVALID INVALID]
        /// The requested period ends longer after the signature than the TTL override allows.
        KeyRecordLookBackFromRequest "key-record-look-back-from-request" Any [ACCEPTED INVALID]
    }
    Signature {
        /// The content is detached, and the verifier is given different content.
        ContentOther "content-other" Detached [INVALID INVALID]
        /// The content is detached, and the verifier is given no content.
        ContentNotGiven "content-not-given" Detached [INVALID INVALID]
        /// The content is attached, and the verifier is given content too.
        ContentGivenTwice "content-given-twice" Any [INVALID INVALID]
        /// The attached content is not the content that was signed.
        ContentChanged "content-changed" Any [INVALID INVALID]
        /// The content is split into several chunks.
        ContentInChunks "content-in-chunks" Any [ACCEPTED MALFORMED]
        /// The content is split into chunks within a chunk.
        ContentChunksNested "content-chunks-nested" Any [MALFORMED MALFORMED]
        /// The content is split into chunks with indefinite length.
        ContentLengthIndefinite "content-length-indefinite" Any [MALFORMED MALFORMED]
        /// The content is not of the type data.
        ContentTypeOther "content-type-other" Any [INVALID INVALID]
        /// The signature is marked as enveloped data.
        SignedDataOfOtherType "signed-data-of-other-type" Any [INVALID INVALID]
        /// SignedData has version 99.
        SignedDataVersionOther "signed-data-version-other" Any [INVALID INVALID]
        /// SignedData has version 3, as VeraId's specification says.
        SignedDataVersion3 "signed-data-version-3" Any [ACCEPTED INVALID]
        /// There is a set of revocation lists.
        RevocationListsAdded "revocation-lists-added" Any [INVALID INVALID]
        /// There is no signer.
        SignerMissing "signer-missing" Any [INVALID INVALID]
        /// There are two signers, each of which is valid.
        SignersTwo "signers-two" Any [INVALID INVALID]
        /// The signer is identified by its key identifier.
        SignerByKeyIdentifier "signer-by-key-identifier" Any [INVALID INVALID]
        /// The signature names another certificate for the organisation's key, which is not
        /// attached.
        SignerCertificateOther "signer-certificate-other" Organisation [INVALID INVALID]
        /// A bit of the signature is flipped.
        SignatureBitFlipped "signature-bit-flipped" Any [INVALID INVALID]
        /// Another key made the signature.
        SignatureByOtherKey "signature-by-other-key" Any [INVALID INVALID]
        /// The signature is RSASSA-PKCS1-v1_5.
        SignaturePkcs1 "signature-pkcs1" Any [INVALID INVALID]
        /// RSASSA-PSS has default parameters, whose hash is SHA-1.
        SignatureDefaultParameters "signature-default-parameters" Any [INVALID INVALID]
        /// RSASSA-PSS has no salt, as its parameters say.
        SignatureSaltMissing "signature-salt-missing" Any [INVALID INVALID]
        /// RSASSA-PSS has a salt of 20 octets, as its parameters say.
        SignatureSaltShort "signature-salt-short" Any [INVALID INVALID]
        /// RSASSA-PSS names different hashes for the mask and for the message.
        SignatureMaskOther "signature-mask-other" Any [INVALID INVALID]
        /// The signer's hash is SHA-1.
        DigestSha1 "digest-sha-1" Any [INVALID INVALID]
        /// There are no signed attributes.
        SignedAttributesMissing "signed-attributes-missing" Any [INVALID INVALID]
        /// The signed attributes are not in DER order.
        SignedAttributesNotSorted "signed-attributes-not-sorted" Any [ACCEPTED MALFORMED]
        /// There is an unsigned attribute.
        UnsignedAttributeAdded "unsigned-attribute-added" Any [INVALID INVALID]
        /// The content-type attribute is missing.
        ContentTypeAttributeMissing "content-type-attribute-missing" Any [INVALID INVALID]
        /// The content-type attribute names a type other than data.
        ContentTypeAttributeOther "content-type-attribute-other" Any [INVALID INVALID]
        /// The message-digest attribute is missing.
        MessageDigestMissing "message-digest-missing" Any [INVALID INVALID]
        /// The algorithm-protection attribute names another hash.
        AlgorithmProtectionOther "algorithm-protection-other" Any [INVALID INVALID]
        /// The signature names a certificate other than the one that verifies it.
        SigningCertificateOther "signing-certificate-other" Any [INVALID INVALID]
        /// The signature names its certificate by a digest that is not allowed.
        SigningCertificateDigestOther "signing-certificate-digest-other" Any [INVALID INVALID]
        /// The signature names a second certificate after the signer's.
        SigningCertificateSeveral "signing-certificate-several" Any [INVALID INVALID]
        /// The signature is for another service.
        ServiceOther "service-other" Any [INVALID INVALID]
        /// The signature is for an object identifier above the service's.
        ServicePrefix "service-prefix" Any [INVALID INVALID]
        /// The signature is for an object identifier below the service's.
        ServiceSuffix "service-suffix" Any [INVALID INVALID]
        /// The metadata attribute is missing.
        MetadataMissing "metadata-missing" Any [INVALID INVALID]
        /// The metadata attribute has no value.
        MetadataWithoutValue "metadata-without-value" Any [INVALID INVALID]
        /// There are two metadata attributes.
        MetadataRepeated "metadata-repeated" Any [INVALID INVALID]
        /// The metadata attribute has two values.
        MetadataTwoValues "metadata-two-values" Any [INVALID INVALID]
        /// The metadata attribute is not signed.
        MetadataUnsigned "metadata-unsigned" Any [INVALID INVALID]
        /// The signed period starts at a fraction of a second.
        MetadataFraction "metadata-fraction" Any [ACCEPTED MALFORMED]
        /// The signed period starts at a fraction of a second, written with a comma.
        MetadataFractionAfterComma "metadata-fraction-after-comma" Any [MALFORMED MALFORMED]
        /// The signed period starts at a time with a UTC offset.
        MetadataOffset "metadata-offset" Any [MALFORMED MALFORMED]
        /// The signed period starts at a local time.
        MetadataLocalTime "metadata-local-time" Any [MALFORMED MALFORMED]
        /// The signed period starts at a time without seconds.
        MetadataWithoutSeconds "metadata-without-seconds" Any [MALFORMED MALFORMED]
        /// The signed period starts at a time without minutes.
        MetadataWithoutMinutes "metadata-without-minutes" Any [MALFORMED MALFORMED]
        /// The signed period starts in second 60.
        MetadataSecond60 "metadata-second-60" Any [MALFORMED MALFORMED]
        /// The signed period starts in month 13.
        MetadataMonth13 "metadata-month-13" Any [MALFORMED MALFORMED]
        /// The signed period ends before it starts.
        SignedPeriodInverted "signed-period-inverted" Any [INVALID INVALID]
        /// The signed period lasts 90 days and one second.
        SignedPeriodOver90Days "signed-period-over-90-days" Any [ACCEPTED INVALID]
        /// The signed period ended one second before the instant.
        SignedPeriodOver "signed-period-over" Any [INVALID INVALID]
        /// The signed period starts one second after the instant.
        SignedPeriodNotYet "signed-period-not-yet" Any [INVALID INVALID]
        /// The requested period lasts 90 days and one second.
        RequestOver90Days "request-over-90-days" Any [ACCEPTED INVALID]
        /// A member that is not an authority attributes its signature to another member.
        AttributionByMember "attribution-by-member" Member [INVALID INVALID]
        /// An authority below the organisation attributes its signature to a member, as it may
        /// under DomainAuth.
        AttributionByDelegate "attribution-by-delegate" Organisation [INVALID ACCEPTED]
        /// The organisation signs without attribution.
        AttributionMissing "attribution-missing" Organisation [INVALID INVALID]
        /// The attribution is not signed.
        AttributionUnsigned "attribution-unsigned" Organisation [INVALID INVALID]
        /// There are two attributions.
        AttributionRepeated "attribution-repeated" Organisation [INVALID INVALID]
        /// The attribution has two values.
        AttributionTwoValues "attribution-two-values" Organisation [INVALID INVALID]
        /// The attribution has a string type other than UTF8String.
        AttributionStringTypeOther "attribution-string-type-other" Organisation [MALFORMED MALFORMED]
        /// The attribution is not valid UTF-8.
        AttributionNotUtf8 "attribution-not-utf-8" Organisation [INVALID INVALID]
        /// The attribution is empty.
        AttributionEmpty "attribution-empty" Organisation [INVALID INVALID]
        /// The attribution has an at sign.
        AttributionWithAtSign "attribution-with-at-sign" Organisation [INVALID INVALID]
        /// The attribution has a tab.
        AttributionWithTab "attribution-with-tab" Organisation [INVALID INVALID]
        /// The attribution has a carriage return.
        AttributionWithCarriageReturn "attribution-with-carriage-return" Organisation [INVALID INVALID]
        /// The attribution has a line feed.
        AttributionWithLineFeed "attribution-with-line-feed" Organisation [INVALID INVALID]
        /// The attribution has a NUL.
        AttributionWithNul "attribution-with-nul" Organisation [INVALID INVALID]
        /// The attribution has a character that overrides the text direction.
        AttributionWithDirectionOverride "attribution-with-direction-override" Organisation [INVALID INVALID]
        /// The attribution has a line separator.
        AttributionWithLineSeparator "attribution-with-line-separator" Organisation [INVALID INVALID]
        /// The attribution has a no-break space.
        AttributionWithNoBreakSpace "attribution-with-no-break-space" Organisation [INVALID INVALID]
        /// The attribution contains a space, which DomainAuth does not allow.
        AttributionWithSpace "attribution-with-space" Organisation [ACCEPTED INVALID]
        /// The attribution has a capital letter, which DomainAuth does not allow.
        AttributionUpperCase "attribution-upper-case" Organisation [ACCEPTED INVALID]
        /// The attribution is in full-width letters, which DomainAuth does not allow.
        AttributionFullWidth "attribution-full-width" Organisation [ACCEPTED INVALID]
    }
    Token {
        /// The token bundle is larger than 16,384 bytes.
        TokenBundleTooLarge "token-bundle-too-large" Any [MALFORMED MALFORMED]
        /// The token is detached.
        TokenDetached "token-detached" Any [INVALID INVALID]
        /// The bundle is signed for a service other than Kliento.
        TokenForOtherService "token-for-other-service" Any [INVALID INVALID]
        /// The token is valid for an hour and one second.
        TokenOverOneHour "token-over-one-hour" Any [INVALID INVALID]
        /// The verifier's audience is not the token's.
        TokenAudienceOther "token-audience-other" Any [INVALID INVALID]
        /// The verifier's audience differs in case from the token's.
        TokenAudienceUpperCase "token-audience-upper-case" Any [INVALID INVALID]
        /// The verifier's audience has an extra trailing slash.
        TokenAudienceTrailingSlash "token-audience-trailing-slash" Any [INVALID INVALID]
        /// The token has no audience.
        TokenAudienceMissing "token-audience-missing" Any [INVALID INVALID]
        /// The token's audience is empty.
        TokenAudienceEmpty "token-audience-empty" Any [INVALID INVALID]
        /// The token has two audiences.
        TokenAudienceRepeated "token-audience-repeated" Any [INVALID INVALID]
        /// A claim of the token is a number.
        TokenClaimNumber "token-claim-number" Any [INVALID INVALID]
        /// A claim of the token is null.
        TokenClaimNull "token-claim-null" Any [INVALID INVALID]
        /// A claim of the token is an object.
        TokenClaimObject "token-claim-object" Any [INVALID INVALID]
        /// A string in the token is not valid UTF-8.
        TokenNotUtf8 "token-not-utf-8" Any [INVALID INVALID]
        /// A byte order mark precedes the token.
        TokenByteOrderMark "token-byte-order-mark" Any [INVALID INVALID]
        /// The token is an array.
        TokenArray "token-array" Any [INVALID INVALID]
        /// The token is followed by other text.
        TokenTrailingText "token-trailing-text" Any [INVALID INVALID]
    }
}
