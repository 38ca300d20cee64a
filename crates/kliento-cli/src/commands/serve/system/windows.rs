//! Windows, where the service runs in a console or a container.

use std::io;

use tokio::signal::windows::{CtrlC, CtrlShutdown, ctrl_c, ctrl_shutdown};

use super::ServiceState;

/// The signals to stop: CTRL+C, and the shutdown of the system or container.
pub(in crate::commands::serve) struct StopSignals {
    interrupt: CtrlC,
    shutdown: CtrlShutdown,
}

impl StopSignals {
    /// Listens from now on.
    pub(in crate::commands::serve) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: ctrl_c()?, shutdown: ctrl_shutdown()? })
    }

    /// Waits for the first of them.
    pub(in crate::commands::serve) async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}

/// Consoles and containers have no service manager to notify.
pub(in crate::commands::serve) const fn notify_service_manager(_: ServiceState) {}

/// Sockets do not count as open files, which have no limit either.
pub(in crate::commands::serve) const fn raise_open_files() {}
