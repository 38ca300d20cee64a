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
        package: "kliento-cli",
        files: &["cli/shared.rs", "times.rs"],
        reason: "a period is an argument, and parses its times",
    },
    Known {
        package: "kliento-cli",
        files: &[
            "codes.rs",
            "codes/anchors.rs",
            "codes/fetching.rs",
            "codes/issuing.rs",
            "codes/serving.rs",
            "codes/verifying.rs",
        ],
        reason: "the table of codes and its parts share a type",
    },
    Known {
        package: "kliento-cli",
        files: &["inspect.rs", "inspect/json.rs", "inspect/report.rs", "inspect/text.rs"],
        reason: "the report's types are beside the command",
    },
    Known {
        package: "kliento-cli",
        files: &["zone_record.rs", "zone_record/formats.rs"],
        reason: "the formats of a record are beside the record",
    },
];
