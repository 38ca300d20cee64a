//! Services and the operating system: signals to stop, the service manager, and open files.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{StopSignals, notify_service_manager, raise_open_files};
#[cfg(windows)]
pub(super) use windows::{StopSignals, notify_service_manager, raise_open_files};

/// The state of a service, as its manager is notified of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServiceState {
    /// Requests are answered from now on.
    Ready,
    /// The service stops.
    Stopping,
}
