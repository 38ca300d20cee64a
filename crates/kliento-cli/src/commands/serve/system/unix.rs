//! Unix, with systemd or without.

use std::io;

use rustix::process::{Resource, getrlimit, setrlimit};
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::ServiceState;

/// The signals to stop: SIGTERM and SIGINT.
pub(in crate::commands::serve) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Listens from now on.
    pub(in crate::commands::serve) fn listen() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the first of them.
    pub(in crate::commands::serve) async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Notifies the service manager, if it is systemd or similar (sd_notify(3)): services that start
/// afterwards may then send requests at once.
pub(in crate::commands::serve) fn notify_service_manager(state: ServiceState) {
    let state = match state {
        ServiceState::Ready => NotifyState::Ready,
        ServiceState::Stopping => NotifyState::Stopping,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be notified");
    }
}

/// Raises the limit on open files: a service has more connections than the files that a user's
/// programs may usually have open.
pub(in crate::commands::serve) fn raise_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // If the limit cannot be raised, fewer connections are accepted.
    let _ = setrlimit(Resource::Nofile, limit);
}
