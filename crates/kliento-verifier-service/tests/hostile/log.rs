//! The log of all tests of this program, written as the command does it.

use std::io::{self, Write};
use std::sync::{LazyLock, Mutex};

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Set by the first caller.
static LOG: LazyLock<()> = LazyLock::new(|| {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_writer(|| Log)
        .init();
});

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts to log everything, at the most verbose level.
pub(crate) fn begin() {
    LazyLock::force(&LOG);
}

/// Returns the log so far.
pub(crate) fn written() -> Vec<u8> {
    WRITTEN.lock().unwrap().clone()
}
