//! Unix sockets: their names in the file system.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags};
use tokio::net::{UnixListener, UnixStream};

/// Owner and group may connect: the proxy joins the group.
const SOCKET_MODE: u32 = 0o660;

/// Attempts to lock a folder, ten milliseconds apart. Other instances hold the lock for
/// microseconds.
const LOCK_ATTEMPTS: u32 = 100;

/// The name of a socket in the file system. Removed on drop, unless it belongs to another socket by
/// then.
///
/// It has to be dropped while the socket is open. Until then other instances do not take the socket
/// for a left-over one, and its inode number, which distinguishes it from a successor, is not
/// reused for another file.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

/// Binds a socket to `path`, which replaces one that was left over.
pub(crate) async fn bind(path: &Path) -> io::Result<(SocketFile, UnixListener)> {
    let lock = lock_folder_of(path);
    remove_left_over(path).await?;
    let listener = UnixListener::bind(path)?;
    let identity = identity(path)?;
    let file = SocketFile { path: path.to_owned(), identity };
    drop(lock);
    fs::set_permissions(path, fs::Permissions::from_mode(SOCKET_MODE))?;
    Ok((file, listener))
}

/// Removes the socket of a service that did not shut down properly. A socket with a listener stays,
/// and so does any other file.
async fn remove_left_over(path: &Path) -> io::Result<()> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let rejected = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    // Without blocking: a socket with a full queue of connections is not left over either.
    if is_socket && UnixStream::connect(path).await.is_err_and(rejected) {
        fs::remove_file(path)?;
    }
    Ok(())
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // No other instance binds between the check and the removal.
        let _lock = lock_folder_of(&self.path);
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The device and inode of the file with this name.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Keeps other instances of this program from binding or removing sockets in the same folder, until
/// the returned lock is dropped.
///
/// If a folder cannot be locked, or another program keeps the lock, there is no lock: the check and
/// the removal are then two steps a few microseconds apart.
fn lock_folder_of(path: &Path) -> Option<OwnedFd> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(folder, flags, Mode::empty()).ok()?;
    for _ in 0..LOCK_ATTEMPTS {
        match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Some(folder),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            Err(_) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream as StdUnixStream;

    use super::*;
    use crate::listen_address::ListenAddress;
    use crate::listener::Listener;

    #[tokio::test]
    async fn a_left_over_socket_is_replaced_and_anything_else_stays() {
        let folder = std::env::temp_dir().join(format!("kliento-listener-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.sock");
        let address = ListenAddress::Unix(path.clone());
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let first = Listener::bind(&address).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        let second = Listener::bind(&address).await.unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
        drop(first);
        assert!(!path.exists());
        fs::write(&path, "precious").unwrap();
        assert_eq!(Listener::bind(&address).await.unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn a_socket_that_replaced_this_one_stays_when_this_one_goes() {
        let folder = std::env::temp_dir().join(format!("kliento-successor-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.sock");
        let address = ListenAddress::Unix(path.clone());
        let first = Listener::bind(&address).await.unwrap();
        fs::remove_file(&path).unwrap();
        let second = Listener::bind(&address).await.unwrap();
        drop(first);
        assert!(StdUnixStream::connect(&path).is_ok());
        drop(second);
        assert!(!path.exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    /// Instances that take over from each other in all orders: clients can connect to the one that
    /// listens.
    #[test]
    fn of_instances_that_stop_and_start_at_once_the_one_that_listens_can_be_reached() {
        let folder = std::env::temp_dir().join(format!("kliento-race-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.sock");
        let take_turns = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let address = ListenAddress::Unix(path.clone());
            runtime.unwrap().block_on(async {
                let mut turns = 0;
                while turns < 100 {
                    let Ok(listener) = Listener::bind(&address).await else { continue };
                    assert!(StdUnixStream::connect(&path).is_ok(), "after {turns} turns");
                    drop(listener);
                    turns += 1;
                }
            });
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(take_turns);
            }
        });
        assert!(!path.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
