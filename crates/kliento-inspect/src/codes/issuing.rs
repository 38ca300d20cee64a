//! Reasons why nothing is issued.

use super::{Explanation, on};

/// Explanations of the codes 50xx (issuing policy), 51xx (the signature itself) and 52xx (private
/// keys in files).
pub(super) const EXPLANATIONS: &[Explanation] = &[
    on(
        5001,
        "the signature would last too long",
        "Verifiers allow tokens to last one hour from the first second to the last, whichever command signs them. The period is back-dated for servers whose clocks are behind, and that time counts. DomainAuth limits other signatures to 90 days.",
        "for a token, give at most `--ttl 1h`, and leave out --back-date; for other signatures, at most `--ttl 90d`",
    ),
    on(
        5002,
        "the chain or a certificate expires before the signature would",
        "A signature cannot be verified after its DNSSEC chain or certificates have expired. Both periods are reported.",
        "fetch the chain again (`kliento chain fetch`), give a certificate that lasts longer, or a shorter --ttl",
    ),
    on(
        5003,
        "the certificate would last too long",
        "DomainAuth allows at most 90 days from notBefore to notAfter.",
        "give `--days 90` or fewer, or an earlier --until",
    ),
    on(
        5004,
        "the certificate would outlive its issuer's",
        "A certificate cannot be verified while its issuer's is not valid. Both periods are reported.",
        "leave out --days and --until, which makes it end with its issuer's, or issue the organisation certificate again for longer",
    ),
    on(
        5005,
        "the key cannot be used",
        "Organisations have RSA keys of 2048, 3072 or 4096 bits, and members of 2048 to 4096 bits. The exponent is odd and at least 65,537.",
        "make a key with `kliento key create`",
    ),
    on(
        5006,
        "the private key belongs to another certificate",
        "Signatures are verified with the public key in the certificate, so the two must match.",
        "give the certificate that was issued for the key, or the key that the certificate was issued for; `kliento key show` identifies the key",
    ),
    on(
        5007,
        "the issuer's certificate does not allow it to issue",
        "Issuers need critical BasicConstraints with cA TRUE, and keyCertSign in KeyUsage if that is present. The path length of every certificate above the new one must allow the intermediates below it.",
        "issue the organisation's certificate again with `--intermediate-levels` (DomainAuth), or the intermediate's with a greater --intermediate; a path has at most 3 intermediates",
    ),
    on(
        5008,
        "VeraId has no intermediates",
        "Under VeraId the organisation itself issues every member's certificate.",
        "leave out --intermediate, or use DomainAuth with --profile domainauth",
    ),
    on(
        5009,
        "the name is invalid",
        "Organisations are domain names in letters, digits and hyphens; international names are written as A-labels (xn--). Users' names have 1 to 255 octets, no @, no control characters, no character that is invisible where it stands, and no space first or last. Under DomainAuth, names are in PRECIS form without spaces and capitals.",
        "write other letters in domains as A-labels (xn--…), and leave the rejected characters out of users' names",
    ),
    on(
        5010,
        "the TTL override is out of range",
        "It limits how far verification may look back: 1 second to 90 days (7,776,000 seconds).",
        "give --ttl-override between 1 and 7776000; a day (86400) is usual",
    ),
    on(
        5011,
        "a member's key signs only for that member",
        "Only the organisation's key signs on behalf of users, and under DomainAuth also its intermediates' keys.",
        "leave out --user, or sign with the organisation's key",
    ),
    on(
        5012,
        "the certificate is another organisation's",
        "The requested organisation and the one that the certificate names differ.",
        "give the certificate, or the member bundle, of that organisation, or correct --org",
    ),
    on(
        5013,
        "the issuer signs for another service",
        "An issuer of tokens was made from one that signs for a service other than Kliento's.",
        "make the signature issuer with Kliento's service, 1.3.6.1.4.1.58708.3.0",
    ),
    on(
        5014,
        "a user has the organisation's name",
        "Verifiers take a certificate with the organisation's own name for the organisation's, which signs only with attribution.",
        "choose another name for the user",
    ),
    on(
        5015,
        "a certificate has its issuer's serial number",
        "Issuer and serial number identify a certificate, and the organisation's certificate names itself as issuer.",
        "generate a new random serial number for each certificate",
    ),
    on(
        5016,
        "too many certificates would be attached",
        "A signature carries at most 8 certificates: the member's and the intermediates'.",
        "remove certificates from the member id bundle that are not between the organisation and the member",
    ),
    on(
        5050,
        "under VeraId an organisation's certificate is always a certificate authority's",
        "Deployed VeraId verifiers reject organisation certificates without cA TRUE, even for signatures by the organisation itself.",
        "leave out --sign-only, or use DomainAuth with --profile domainauth",
    ),
    on(
        5051,
        "the content for Kliento's service is not a token",
        "Content for Kliento's service, 1.3.6.1.4.1.58708.3.0, is a JSON object with a non-empty audience, and claims that are strings. Verifiers reject anything else.",
        "use `kliento token sign`, or give the service that the content is for with --service",
    ),
    on(
        5052,
        "a token cannot be detached from its signature",
        "The Authorization header carries one bundle, so a token travels within it.",
        "leave out --detached, or use `kliento token sign`",
    ),
    on(
        5053,
        "the key belongs to a certificate above the new one",
        "A key certified for both an authority and a member, or for two authorities, would have two names.",
        "make a key for the member with `kliento key create`",
    ),
    on(
        5054,
        "the issuer's certificate is not valid when the new one would be",
        "The certificates above it have expired or are not valid yet, so no verifier would accept the new one. Both periods are reported.",
        "issue the organisation's and the intermediates' certificates again, then this one",
    ),
    on(
        5055,
        "the certificates above the issuer's are missing",
        "To issue below an intermediate, the path lengths, names and periods of all certificates up to the organisation's are checked.",
        "give the intermediate's id bundle with --member-bundle instead of its certificate with --org-cert",
    ),
    on(
        5056,
        "the certificate request is for another member",
        "Requests can be copied. A request for alice@example.com does not prove that another member has its key.",
        "have the member make the request: `kliento key request --key FILE --org ORG --user NAME`",
    ),
    on(
        5057,
        "too many levels of intermediates",
        "Verifiers follow paths of at most 4 certificates below the organisation's: three intermediates and the member.",
        "give 3 levels or fewer",
    ),
    on(
        5101,
        "the key failed to sign",
        "The key's holder returned an error, which is reported.",
        "check that the key file is complete with `kliento key show`; otherwise report the bug",
    ),
    on(
        5102,
        "the new signature is invalid",
        "The key's signature failed verification with its public key. A fault in memory or processor can cause this. Such a signature could reveal the key, so it was discarded.",
        "sign again; if it happens again, check the machine's memory and the key file",
    ),
    on(
        5103,
        "the content is too large",
        "Content and certificates have at most 256 MiB together.",
        "use a detached signature, or sign a digest of the content",
    ),
    on(
        5150,
        "the proof of possession has an invalid signature",
        "The certificate request was not signed with the private key that belongs to it, or was changed afterwards.",
        "have the member make the request again: `kliento key request`",
    ),
    on(
        5151,
        "the certificate request is signed with an algorithm that is not allowed",
        "Allowed are RSASSA-PSS with SHA-256, SHA-384 or SHA-512 and a salt as long as the hash, and PKCS#1 v1.5 with the same hashes.",
        "have the member make the request with `kliento key request`, or with `openssl req -new -sha256`",
    ),
    on(
        5201,
        "the key file is not a private key in PEM",
        "It begins with neither BEGIN PRIVATE KEY nor BEGIN ENCRYPTED PRIVATE KEY. The older BEGIN RSA PRIVATE KEY is another format (PKCS #1).",
        "convert it with `openssl pkcs8 -topk8 -in FILE -out NEW`, or make a key with `kliento key create`",
    ),
    on(
        5202,
        "the key is not an RSA key that can sign",
        "It must be an RSA private key of 2048 to 4096 bits in PKCS#8, complete and consistent.",
        "make a key with `kliento key create`",
    ),
    on(
        5203,
        "the key is encrypted, and there is no passphrase",
        "Passphrases are only read from files: other users of the machine can see arguments.",
        "give the file that contains the passphrase with --passphrase-file",
    ),
    on(
        5204,
        "the passphrase is wrong",
        "The key cannot be decrypted with it, or is damaged. One line end at the end of the passphrase file is ignored.",
        "give the right file with --passphrase-file",
    ),
    on(
        5205,
        "the key's encryption is not supported",
        "Supported encryption is PBES2 with AES and PBKDF2 (up to 10,000,000 iterations) or scrypt (up to 256 MiB).",
        "encrypt it again: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW`",
    ),
    on(
        5206,
        "no key could be generated",
        "The cryptographic library failed, most likely for lack of memory or randomness.",
        "try again; if it happens again, check the machine",
    ),
    on(
        5250,
        "the certificate request cannot be read",
        "It is PKCS#10 (RFC 2986) in PEM or DER, at most 16 KiB, with exactly one common name in its subject: the user, as alice or alice@example.com, or for a bot the organisation's domain or @.",
        "have the member make the request with `kliento key request`",
    ),
];
