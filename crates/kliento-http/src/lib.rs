#![doc = include_str!("../README.md")]

mod body;
mod connections;
pub mod files;
mod handler;
mod idle_io;
mod limits;
mod listen_address;
mod listener;
pub mod metrics;
mod readiness;
mod request_id;
mod sent_body;
mod server;
pub mod settings;
mod shares;
mod tls;
#[cfg(unix)]
mod unix_socket;

pub use body::{BodyError, Content, RequestBody};
pub use connections::OVERLOAD_DELAY;
pub use handler::{Handler, TurnAway};
pub use limits::Limits;
pub use listen_address::ListenAddress;
pub use listener::Listener;
pub use readiness::Readiness;
pub use request_id::{REQUEST_ID, RequestId};
pub use server::HttpServer;
pub use settings::ConfigError;
pub use tls::{Tls, TlsAcceptor, TlsError};
