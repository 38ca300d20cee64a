//! Circles of files that are there and have a reason.

/// A circle that `cargo xtask structure` accepts.
#[derive(Debug)]
pub(super) struct Known {
    /// The name of the crate.
    pub(super) package: &'static str,
    /// All files of the circle, from the crate's `src/` on.
    pub(super) files: &'static [&'static str],
    /// The reason why it is there, or the change that removes it.
    pub(super) reason: &'static str,
}

/// The accepted circles. An entry whose circle is gone, or has other files, is an error.
pub(super) const KNOWN: &[Known] = &[
    Known {
        package: "kliento",
        files: &["auth_header.rs", "token_bundle.rs"],
        reason: "a bundle reads and writes its own header",
    },
    Known {
        package: "veraid-core",
        files: &[
            "algorithm.rs",
            "asn1_time.rs",
            "bundle_head.rs",
            "bundle_lookup.rs",
            "cache.rs",
            "cache/store.rs",
            "cache_entry.rs",
            "certificate.rs",
            "certificate/common_name.rs",
            "certificate/extensions.rs",
            "certificate/path.rs",
            "chain_set.rs",
            "der_reader.rs",
            "der_writer.rs",
            "error.rs",
            "key_record.rs",
            "oid.rs",
            "organisation_credential.rs",
            "organisation_key.rs",
            "signature_bundle.rs",
            "signature_metadata.rs",
            "signed_data.rs",
            "signed_data/signing_certificate.rs",
            "verification.rs",
            "verifier.rs",
            "window.rs",
        ],
        reason: "errors of all modules share a file, and verification and its cache call each other",
    },
    Known {
        package: "veraid-core",
        files: &["name.rs", "visibility.rs"],
        reason: "the problems of a name are defined beside the name",
    },
    Known {
        package: "veraid-dnssec",
        files: &["error.rs", "message.rs"],
        reason: "an error of the chain names the question",
    },
    Known {
        package: "veraid-testkit",
        files: &[
            "attack.rs",
            "attack/collision.rs",
            "attack/expensive.rs",
            "attack/key_trap.rs",
            "attack/structure.rs",
            "attack/wire.rs",
        ],
        reason: "the list of attacks and its parts share helpers",
    },
    Known {
        package: "veraid-testkit",
        files: &[
            "fault.rs",
            "fault/bundle.rs",
            "fault/certificate.rs",
            "fault/chain.rs",
            "fault/key_record.rs",
            "fault/name.rs",
            "fault/signature.rs",
            "fault/signed_attribute.rs",
            "fault/token.rs",
        ],
        reason: "the table of faults and its parts share a type",
    },
    Known {
        package: "veraid-testkit",
        files: &["server.rs", "server/handler.rs"],
        reason: "the server's handler records what the server returns",
    },
    Known {
        package: "kliento-issuer",
        files: &[
            "certificate_authority.rs",
            "certificate_request.rs",
            "organisation.rs",
            "policy.rs",
            "proof_of_possession.rs",
            "signature.rs",
        ],
        reason: "rules for certificates, members and signatures share files",
    },
    Known {
        package: "kliento-verifier",
        files: &[
            "server/content.rs",
            "server/metrics.rs",
            "server/one_time.rs",
            "server/pool.rs",
            "server/reply.rs",
            "server/state.rs",
        ],
        reason: "the state of the service counts, and what is counted is part of it",
    },
    Known {
        package: "veraid-trust-anchors",
        files: &["anchor_file.rs", "bind.rs", "records.rs", "xml.rs"],
        reason: "the file's formats fill types that are defined beside the choice of format",
    },
    Known {
        package: "veraid-trust-anchors",
        files: &["entry.rs", "error.rs"],
        reason: "errors are defined apart from what they describe",
    },
];
