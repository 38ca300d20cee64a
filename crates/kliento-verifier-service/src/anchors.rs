//! Trust anchors from a file, reloaded when it changes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kliento::TrustAnchors;
use kliento::crypto::CryptoProvider;
use kliento_http::files::{FileReader, ReadError};
use tokio::time::sleep;

use crate::state::State;

/// The interval between checks of the file. Anchors change a few times in a decade; the short
/// interval is for those who try it out.
const INTERVAL: Duration = Duration::from_secs(2);

/// The maximum size of the file.
#[expect(clippy::as_conversions, reason = "a constant that fits")]
const MAX_BYTES: u64 = veraid_trust_anchors::AnchorFile::MAX_BYTES as u64;

/// The reason that trust anchors cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorsError {
    /// The file cannot be read.
    #[error("{file}: {error}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The reason, in the system's words.
        error: io::Error,
    },
    /// The file is larger than any file of trust anchors.
    #[error("{file} has {octets} bytes, limit is {limit}", file = file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Its size in bytes.
        octets: u64,
        /// The maximum size in bytes.
        limit: u64,
    },
    /// The content of the file is not a set of trust anchors.
    #[error("{file}: {problem}", file = file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// The problem.
        problem: String,
    },
}

/// A trust anchor file, and the bytes that were last read from it.
#[derive(Debug)]
pub(crate) struct AnchorFile {
    reader: FileReader,
    bytes: Vec<u8>,
    crypto: CryptoProvider,
}

impl AnchorFile {
    pub(crate) async fn read(
        path: &Path,
        crypto: CryptoProvider,
    ) -> Result<(Self, TrustAnchors), AnchorsError> {
        let mut reader = FileReader::new(path, MAX_BYTES);
        let bytes = read(&mut reader).await?;
        let anchors = parse(path, &bytes, crypto)?;
        Ok((Self { reader, bytes, crypto }, anchors))
    }

    /// Watches the file for as long as the service runs. If the file becomes unusable, the previous
    /// anchors stay in use.
    pub(crate) async fn watch(mut self, state: Arc<State>) {
        let mut told = String::new();
        loop {
            sleep(INTERVAL).await;
            let changed =
                read(&mut self.reader).await.map(|bytes| (bytes != self.bytes).then_some(bytes));
            let result = match changed {
                Ok(None) => Ok(None),
                Ok(Some(bytes)) => parse(self.reader.path(), &bytes, self.crypto)
                    .map(|anchors| Some((bytes, anchors))),
                Err(error) => Err(error),
            };
            match result {
                Ok(changed) => {
                    let was_broken = !std::mem::take(&mut told).is_empty();
                    if was_broken {
                        state.metrics.anchors_usable(true);
                    }
                    if let Some((bytes, anchors)) = changed {
                        let key_tags: Vec<u16> = anchors.key_tags().collect();
                        tracing::info!(?key_tags, "trust anchors reloaded");
                        state.verification.replace_anchors(anchors);
                        state.metrics.anchors_reloaded();
                        self.bytes = bytes;
                    } else if was_broken {
                        tracing::info!("trust anchor file is usable again and unchanged");
                    }
                }
                Err(error) => {
                    // Logged once for each problem, not at every check.
                    let problem = error.to_string();
                    if problem != told {
                        tracing::error!(
                            problem,
                            "trust anchors cannot be reloaded; the previous ones stay in use"
                        );
                        state.metrics.anchors_failed();
                        state.metrics.anchors_usable(false);
                        told = problem;
                    }
                }
            }
        }
    }
}

async fn read(reader: &mut FileReader) -> Result<Vec<u8>, AnchorsError> {
    let content = reader.read().await;
    let file = || reader.path().to_owned();
    content.map_err(|error| match error {
        ReadError::Io(error) => AnchorsError::Unreadable { file: file(), error },
        ReadError::TooLarge { bytes } => {
            AnchorsError::TooLarge { file: file(), octets: bytes, limit: MAX_BYTES }
        }
    })
}

fn parse(path: &Path, bytes: &[u8], crypto: CryptoProvider) -> Result<TrustAnchors, AnchorsError> {
    veraid_trust_anchors::AnchorFile::read(bytes, crypto)
        .map(|file| file.trust_anchors().clone())
        .map_err(|error| AnchorsError::Unusable {
            file: path.to_owned(),
            problem: error.to_string(),
        })
}
