//! Reads files and standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kliento::TokenBundle;
use kliento_inspect::text::escape_for_terminal;
use kliento_inspect::{Failure, parse_bundle, parse_token};
use veraid_core::{MemberIdBundle, SignatureBundle};
use veraid_dnssec::DnssecChain;
use veraid_trust_anchors::AnchorFile;

use crate::outcome::{Stop, UsageError};

/// The maximum size of a token in any form, in bytes (64 KiB: one of 16 KiB has 22 KiB in Base64,
/// and the rest is room to recognise the input).
const MAX_TOKEN_INPUT: usize = 64 * 1024;
/// The maximum size of a bundle in any form, in bytes (24 MiB: one of 16 MiB has 21.4 MiB in
/// Base64).
const MAX_BUNDLE_INPUT: usize = 24 * 1024 * 1024;
/// The maximum size of a chain, in bytes (8 MiB: 64 messages of 64 KiB, and as much again).
const MAX_CHAIN_INPUT: usize = 8 * 1024 * 1024;
/// The maximum size of a certificate in any form, in bytes (64 KiB: one with an RSA key of 4096
/// bits has 1.5 KiB).
const MAX_CERTIFICATE: usize = 64 * 1024;
/// The maximum size of a member id bundle, in bytes (64 KiB: no larger one is parsed).
const MAX_MEMBER_BUNDLE: usize = 64 * 1024;
/// The maximum size of detached content, in bytes (1 GiB: it is kept in memory).
const MAX_PLAINTEXT: usize = 1024 * 1024 * 1024;
/// The maximum size of a service's configuration, in bytes (1 MiB: thousands of routes and
/// patterns).
const MAX_CONFIGURATION: usize = 1024 * 1024;
/// The maximum size of known differences, in bytes (8 MiB: some thousand reasons, each a page).
const MAX_EXCEPTIONS: usize = 8 * 1024 * 1024;

/// Reads a token bundle.
pub(crate) fn token(path: &Path) -> Result<TokenBundle, Stop> {
    Ok(parse_token(&read(path, MAX_TOKEN_INPUT)?)?)
}

/// Reads a signature bundle.
pub(crate) fn bundle(path: &Path) -> Result<SignatureBundle, Stop> {
    Ok(parse_bundle(&read(path, MAX_BUNDLE_INPUT)?)?)
}

/// Reads a chain without verifying it.
pub(crate) fn chain(path: &Path) -> Result<DnssecChain, Stop> {
    let octets = read(path, MAX_CHAIN_INPUT)?;
    Ok(veraid_core::parse_dnssec_chain(&octets).map_err(|error| Failure::malformed(&error))?)
}

/// Reads the bytes of a certificate in any form.
pub(crate) fn certificate(path: &Path) -> Result<Vec<u8>, UsageError> {
    read_file(path, MAX_CERTIFICATE)
}

/// Reads a member id bundle.
pub(crate) fn member_bundle(path: &Path) -> Result<MemberIdBundle, Stop> {
    let octets = read_file(path, MAX_MEMBER_BUNDLE)?;
    MemberIdBundle::from_der(&octets).map_err(|error| {
        let failure = Failure::malformed(&error).in_file(&name_of(path));
        failure.with_fix("give a bundle written by `kliento member bundle`").into()
    })
}

/// Reads a chain that is one of several inputs, without verifying it.
pub(crate) fn parsed_chain(path: &Path) -> Result<DnssecChain, Stop> {
    let octets = read(path, MAX_CHAIN_INPUT).map_err(|stop| stop.in_file(&name_of(path)))?;
    veraid_core::parse_dnssec_chain(&octets).map_err(|error| {
        let failure = Failure::malformed(&error).in_file(&name_of(path));
        failure.with_fix("give a chain written by `kliento chain fetch`").into()
    })
}

/// Reads the content to sign.
pub(crate) fn content(path: &Path) -> Result<Vec<u8>, UsageError> {
    read_file(path, MAX_PLAINTEXT)
}

/// Reads the content of a detached signature.
pub(crate) fn plaintext(path: Option<&Path>) -> Result<Option<Vec<u8>>, UsageError> {
    path.map(|path| read_file(path, MAX_PLAINTEXT)).transpose()
}

/// Reads the bytes of a file of trust anchors.
pub(crate) fn anchors(path: &Path) -> Result<Vec<u8>, UsageError> {
    read_file(path, AnchorFile::MAX_BYTES)
}

/// Reads the text of a service's configuration.
pub(crate) fn configuration(path: &Path) -> Result<String, UsageError> {
    text(path, MAX_CONFIGURATION)
}

/// Reads the text of a file of known differences.
pub(crate) fn exceptions(path: &Path) -> Result<String, UsageError> {
    text(path, MAX_EXCEPTIONS)
}

fn text(path: &Path, limit: usize) -> Result<String, UsageError> {
    String::from_utf8(read_file(path, limit)?)
        .map_err(|_| UsageError::new(format!("{} is not UTF-8", name_of(path))))
}

/// Reads at most `limit` bytes; larger input is malformed.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Stop> {
    read_some(path, limit)?.ok_or_else(|| Failure::too_large(limit).into())
}

/// Reads at most `limit` bytes; larger input is the caller's mistake.
fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, UsageError> {
    read_some(path, limit)?
        .ok_or_else(|| UsageError::new(format!("{} has more than {limit} bytes", name_of(path))))
}

/// Reads at most `limit` bytes; `None` if there are more.
fn read_some(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, UsageError> {
    let read = || -> io::Result<Vec<u8>> {
        let reader: Box<dyn Read> =
            if is_stdin(path) { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
        // One byte more, to notice that there is more.
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut octets = Vec::new();
        reader.take(most).read_to_end(&mut octets)?;
        Ok(octets)
    };
    let octets = read()
        .map_err(|error| UsageError::new(format!("{} cannot be read: {error}", name_of(path))))?;
    Ok((octets.len() <= limit).then_some(octets))
}

/// Checks that standard input is read only once; `inputs` are all files that a command reads.
pub(crate) fn check_stdin_once<'a>(
    inputs: impl IntoIterator<Item = Option<&'a PathBuf>>,
) -> Result<(), UsageError> {
    if inputs.into_iter().flatten().filter(|path| is_stdin(path)).count() > 1 {
        return Err(UsageError::new(
            "standard input can be read only once: give files for the others",
        ));
    }
    Ok(())
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(crate) fn name_of(path: &Path) -> String {
    if is_stdin(path) {
        "standard input".into()
    } else {
        escape_for_terminal(&path.display().to_string()).into_owned()
    }
}
