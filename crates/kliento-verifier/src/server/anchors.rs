//! Trust anchors from a file, read again when it changes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kliento::TrustAnchors;
use kliento::crypto::CryptoProvider;
use tokio::time::sleep;

use crate::server::state::State;

/// How often the file is looked at. Anchors change a few times in a decade; a few seconds are for whoever tries it out.
const INTERVAL: Duration = Duration::from_secs(2);

/// A file that has no anchors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorsError {
    /// The file cannot be read.
    #[error("{file}: {error}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why, in the system's words.
        error: io::Error,
    },
    /// The file is larger than any that has anchors.
    #[error("{file} has {octets} octets, limit is {limit}", file = file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Its size.
        octets: u64,
        /// The most.
        limit: u64,
    },
    /// What is in the file is no anchors.
    #[error("{file}: {problem}", file = file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// A file of trust anchors and the bytes that were last read from it.
#[derive(Debug)]
pub(crate) struct AnchorFile {
    path: PathBuf,
    bytes: Vec<u8>,
    crypto: CryptoProvider,
}

impl AnchorFile {
    pub(crate) fn read(
        path: &Path,
        crypto: CryptoProvider,
    ) -> Result<(Self, TrustAnchors), AnchorsError> {
        let bytes = read(path)?;
        let anchors = parse(path, &bytes, crypto)?;
        Ok((Self { path: path.to_owned(), bytes, crypto }, anchors))
    }

    /// Looks at the file for as long as the service runs. What cannot be used changes nothing: the anchors from before stay.
    pub(crate) async fn watch(mut self, state: Arc<State>) {
        let mut told = String::new();
        loop {
            sleep(INTERVAL).await;
            let changed = read(&self.path).map(|bytes| (bytes != self.bytes).then_some(bytes));
            let result = match changed {
                Ok(None) => {
                    told.clear();
                    continue;
                }
                Ok(Some(bytes)) => {
                    parse(&self.path, &bytes, self.crypto).map(|anchors| (bytes, anchors))
                }
                Err(error) => Err(error),
            };
            match result {
                Ok((bytes, anchors)) => {
                    let key_tags: Vec<u16> = anchors.key_tags().collect();
                    tracing::info!(?key_tags, "trust anchors were read again");
                    state.judge.replace_anchors(anchors);
                    state.metrics.anchors_reloaded();
                    self.bytes = bytes;
                    told.clear();
                }
                Err(error) => {
                    // Once for each problem, not every few seconds.
                    let problem = error.to_string();
                    if problem != told {
                        tracing::error!(
                            problem,
                            "trust anchors cannot be read again; those from before stay"
                        );
                        state.metrics.anchors_failed();
                        told = problem;
                    }
                }
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, AnchorsError> {
    let unreadable = |error| AnchorsError::Unreadable { file: path.to_owned(), error };
    let octets = fs::metadata(path).map_err(unreadable)?.len();
    let limit = u64::try_from(veraid_trust_anchors::AnchorFile::MAX_BYTES).unwrap_or(u64::MAX);
    if octets > limit {
        return Err(AnchorsError::TooLarge { file: path.to_owned(), octets, limit });
    }
    fs::read(path).map_err(unreadable)
}

fn parse(path: &Path, bytes: &[u8], crypto: CryptoProvider) -> Result<TrustAnchors, AnchorsError> {
    veraid_trust_anchors::AnchorFile::read(bytes, crypto)
        .map(|file| file.trust_anchors().clone())
        .map_err(|error| AnchorsError::Unusable {
            file: path.to_owned(),
            problem: error.to_string(),
        })
}
