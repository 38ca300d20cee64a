//! Runs the binary with files of its own.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64ct::{Base64, Encoding};
use serde_json::Value;

/// The instant at which the default scenario is valid.
pub(crate) const AT: &str = "2026-11-22T12:00:00Z";

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Asserts success, with nothing on standard error.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self
    }

    /// Asserts exit code `code`, nothing on standard output and all of `words` on standard error.
    #[track_caller]
    pub(crate) fn rejected(&self, code: i32, words: &[&str]) {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in\n{}", self.stderr);
        }
    }

    /// The whole of standard output as JSON, with nothing else on it.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stderr, "");
        assert_eq!(self.stdout.lines().count(), 1, "{}", self.stdout);
        serde_json::from_str(&self.stdout).expect("standard output is JSON")
    }
}

/// Runs `kliento` without standard input.
pub(crate) fn kliento(arguments: &[&str]) -> Run {
    kliento_with(arguments, b"")
}

/// Runs `kliento` with standard input.
pub(crate) fn kliento_with(arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kliento"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A run that needs no input may end before all of it is written.
    let _ = child.stdin.take().expect("standard input is piped").write_all(input);
    let output = child.wait_with_output().expect("the binary ends");
    Run {
        code: output.status.code().expect("the binary ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// Runs `kliento` in `folder`.
pub(crate) fn kliento_in(folder: &Folder, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_kliento"))
        .args(arguments)
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    Run {
        code: output.status.code().expect("the binary ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// A folder of one test, gone when the test ends.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{test}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("the folder can be made");
        Self(path)
    }

    /// The path of a file, which need not be there.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("the path is UTF-8").to_owned()
    }

    /// Writes a file that its owner alone can read, and gives its path.
    pub(crate) fn secret(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.file(name, contents);
        set_mode(&path, 0o600);
        path
    }

    /// The names of the files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder can be listed");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            entry.expect("the folder can be listed").file_name().into_string().expect("ASCII")
        };
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort();
        names
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::write(&path, contents).expect("the file can be written");
        path.to_str().expect("the path is UTF-8").to_owned()
    }
}

/// Sets the permissions of a file, where there are modes.
pub(crate) fn set_mode(path: &str, mode: u32) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
        .expect("the mode can be set");
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// The bytes of a file.
pub(crate) fn read(path: &str) -> Vec<u8> {
    fs::read(path).expect("the file is there")
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A vector that the deployed JavaScript implementation made.
pub(crate) fn vector(name: &str) -> Value {
    let path = vectors().join(format!("{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).expect("the vector is there"))
        .expect("the vector is JSON")
}

/// The folder of those vectors.
pub(crate) fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/js")
}

/// Bytes that a vector has in Base64.
pub(crate) fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    Base64::decode_vec(vector[field].as_str().expect("the field is text"))
        .expect("the field is Base64")
}

/// The trust anchors of a vector, one a line.
pub(crate) fn anchors(vector: &Value) -> String {
    let lines = vector["trust_anchors"].as_array().expect("anchors are a list");
    lines.iter().map(|line| format!("{}\n", line.as_str().expect("an anchor is text"))).collect()
}
