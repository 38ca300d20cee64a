//! Keys and signatures, all made by BIND's tools.

use std::fs;
use std::path::{Path, PathBuf};

use super::process::write;
use super::software::{Software, run};
use super::zones::{Denial, Keys, ZoneFile};

/// Writes and signs every zone, in the order given: a parent signs the DS records that its
/// children's signing left.
///
/// Returns the file with the root's trust anchor, as DS records in presentation format.
pub(super) fn sign_all(
    software: &Software,
    state: &Path,
    zone_files: &[ZoneFile],
) -> Result<PathBuf, String> {
    const ANCHOR: &str = "trust-anchor.ds";
    let mut entry_key = String::new();
    for file in zone_files {
        write(state, &file.zone.file_name(), &file.text)?;
        if file.zone.keys != Keys::None {
            entry_key = make_keys(software, state, file)?;
            sign(software, state, file)?;
        }
    }
    // The root comes last.
    let anchor = run(&software.dsfromkey, state, &["-2", &entry_key])?;
    write(state, ANCHOR, &anchor)?;
    Ok(state.join(ANCHOR))
}

/// The name of the signed file that a server loads.
pub(super) fn served_file(file: &ZoneFile) -> String {
    let name = file.zone.file_name();
    if file.zone.keys == Keys::None { name } else { format!("{name}.signed") }
}

/// Makes the keys of a zone, and returns the name of the key that its parent points at.
fn make_keys(software: &Software, state: &Path, file: &ZoneFile) -> Result<String, String> {
    let make = |arguments: &[&str]| {
        let arguments = [arguments, &["-q", "-K", ".", file.zone.name]].concat();
        run(&software.keygen, state, &arguments).map(|name| name.trim().to_owned())
    };
    match file.zone.keys {
        Keys::RsaPair => {
            make(&["-a", "RSASHA256", "-b", "2048"])?;
            make(&["-a", "RSASHA256", "-b", "2048", "-f", "KSK"])
        }
        Keys::P256 | Keys::P256WithoutDs | Keys::None => {
            make(&["-a", "ECDSAP256SHA256", "-f", "KSK"])
        }
    }
}

fn sign(software: &Software, state: &Path, file: &ZoneFile) -> Result<(), String> {
    const TWO_WEEKS: &str = "+1209600";
    let name = file.zone.file_name();
    let signed = served_file(file);
    // -S: with the keys found in the folder; -g: with DS records for the children that left a set
    // there.
    let mut arguments = vec!["-S", "-g", "-e", TWO_WEEKS, "-o", file.zone.name, "-f", &signed];
    if file.zone.keys == Keys::RsaPair {
        // The keys are signed only by the entry point, as in the real root.
        arguments.push("-x");
    }
    if matches!(file.zone.keys, Keys::P256 | Keys::P256WithoutDs) {
        // The only key signs everything, although its flags mark it as an entry point.
        arguments.push("-z");
    }
    if file.zone.denial == Denial::Nsec3OptOut {
        // No salt and no additional iterations (RFC 9276 section 3.1).
        arguments.extend(["-3", "-", "-H", "0", "-A"]);
    }
    arguments.push(&name);
    run(&software.signzone, state, &arguments)?;
    if file.zone.keys == Keys::P256WithoutDs {
        let records = state.join(format!("dsset-{}", file.zone.name));
        fs::remove_file(&records).map_err(|error| format!("{}: {error}", records.display()))?;
    }
    Ok(())
}
