//! Files that are read without blocking anything else.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// Seconds that reading a small file may take. On a network file system that hangs, it may never
/// finish.
const PATIENCE_SECONDS: u64 = 5;

/// The reason that a file cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// The reason, in the system's words.
    Io(io::Error),
    /// The file has more bytes than any useful file.
    TooLarge {
        /// The size of the file, or of a part of it that is larger than the limit.
        bytes: u64,
    },
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The content of a file.
pub type FileContent = Result<Vec<u8>, ReadError>;

/// Reads one small regular file repeatedly.
///
/// Each read has its own thread, since it may hang for ever in the file system: the runtime would
/// then lack a thread, and could not shut down. While one read hangs, no other is started.
#[derive(Debug)]
pub struct FileReader {
    path: PathBuf,
    max_bytes: u64,
    under_way: Option<oneshot::Receiver<FileContent>>,
}

/// Reads a small regular file.
///
/// # Errors
///
/// [`ReadError`], after a few seconds at the latest.
pub async fn read(path: &Path, max_bytes: u64) -> FileContent {
    FileReader::new(path, max_bytes).read().await
}

impl FileReader {
    /// Creates a reader of files of up to `max_bytes`.
    #[must_use]
    pub fn new(path: &Path, max_bytes: u64) -> Self {
        Self { path: path.to_owned(), max_bytes, under_way: None }
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The content of the file, or an error after a few seconds.
    ///
    /// # Errors
    ///
    /// [`ReadError`], also if the file was not read within a few seconds.
    pub async fn read(&mut self) -> FileContent {
        let (path, max_bytes) = (self.path.clone(), self.max_bytes);
        let patience = Duration::from_secs(PATIENCE_SECONDS);
        self.read_by(patience, move || read_regular(&path, max_bytes)).await
    }

    async fn read_by(
        &mut self,
        patience: Duration,
        read: impl FnOnce() -> FileContent + Send + 'static,
    ) -> FileContent {
        let under_way = match self.under_way.take() {
            Some(under_way) => self.under_way.insert(under_way),
            None => {
                let (done, result) = oneshot::channel();
                std::thread::Builder::new().name("read-file".to_owned()).spawn(move || {
                    // The receiver may have given up.
                    let _ = done.send(read());
                })?;
                self.under_way.insert(result)
            }
        };
        let Ok(result) = timeout(patience, under_way).await else {
            let problem = format!("not read within {} s", patience.as_secs_f32());
            return Err(io::Error::new(io::ErrorKind::TimedOut, problem).into());
        };
        self.under_way = None;
        result.unwrap_or_else(|_| Err(io::Error::other("the thread that reads it panicked").into()))
    }
}

fn read_regular(path: &Path, max_bytes: u64) -> FileContent {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file").into());
    }
    let mut content = Vec::new();
    // The file may grow meanwhile.
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut content)?;
    let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX).max(metadata.len());
    if bytes > max_bytes { Err(ReadError::TooLarge { bytes }) } else { Ok(content) }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    // Without `NONBLOCK`, opening a FIFO would wait for a writer.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_file_that_hangs_is_read_once_and_times_out() {
        let mut reader = FileReader::new(Path::new("unused"), 10);
        let (go, started) = mpsc::channel::<()>();
        let patience = Duration::from_millis(20);
        let hanging = move || {
            let _ = started.recv();
            Ok(b"late".to_vec())
        };
        let timed_out = |content: FileContent| match content {
            Err(ReadError::Io(error)) => error.kind() == io::ErrorKind::TimedOut,
            _ => false,
        };
        assert!(timed_out(reader.read_by(patience, hanging).await));
        // The first read still hangs, so no second one is started.
        assert!(timed_out(reader.read_by(patience, || panic!("started")).await));
        go.send(()).unwrap();
        let late = reader.read_by(Duration::from_secs(10), || panic!("started")).await;
        assert_eq!(late.unwrap(), b"late");
        let next = reader.read_by(Duration::from_secs(10), || Ok(b"next".to_vec())).await;
        assert_eq!(next.unwrap(), b"next");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_regular_files_of_bounded_size_are_read() {
        let folder = std::env::temp_dir().join(format!("kliento-files-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("file");
        fs::write(&file, "0123456789").unwrap();
        assert_eq!(read(&file, 10).await.unwrap(), b"0123456789");
        assert!(matches!(read(&file, 9).await, Err(ReadError::TooLarge { bytes: 10 })));
        let fifo = folder.join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        for other in [&fifo, &folder, Path::new("/dev/zero")] {
            let error = read(other, 10).await.unwrap_err();
            let ReadError::Io(error) = error else { panic!("{error:?}") };
            assert_eq!(error.to_string(), "not a regular file", "{}", other.display());
        }
        let error = read(&folder.join("missing"), 10).await.unwrap_err();
        assert!(matches!(error, ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound));
        fs::remove_dir_all(&folder).unwrap();
    }
}
