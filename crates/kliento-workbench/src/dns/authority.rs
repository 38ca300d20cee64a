//! Knot as the authoritative server of all zones.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;

use super::process::Servers;
use super::signing::served_file;
use super::software::Software;
use super::write;
use super::zones::ZoneFile;

/// The port of authoritative servers: resolvers use no other.
pub(super) const PORT: u16 = 53;

/// The level of a zone, which determines its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The root server.
    Root,
    /// The server of top-level domains.
    Tld,
    /// The server of organisations.
    Organisation,
}

impl Level {
    const ALL: [Self; 3] = [Self::Root, Self::Tld, Self::Organisation];

    const fn name(self) -> &'static str {
        match self {
            Self::Root => "knot-root",
            Self::Tld => "knot-tld",
            Self::Organisation => "knot-organisation",
        }
    }
}

/// One server for each level: a server with all zones would never send a referral.
#[derive(Debug)]
pub(super) struct Authority {
    pub(super) addresses: Addresses,
}

/// A loopback address for each level.
#[derive(Debug)]
pub(super) struct Addresses {
    pub(super) root: Ipv4Addr,
    tld: Ipv4Addr,
    organisation: Ipv4Addr,
}

impl Addresses {
    /// The address of the server for the zones of this level.
    pub(super) const fn of(&self, level: Level) -> Ipv4Addr {
        match level {
            Level::Root => self.root,
            Level::Tld => self.tld,
            Level::Organisation => self.organisation,
        }
    }
}

impl Authority {
    /// Picks unused addresses.
    ///
    /// # Errors
    ///
    /// The reason if there are none, usually that port 53 is not allowed.
    pub(super) fn on_free_addresses() -> Result<Self, String> {
        // No two running processes have the same number, so they rarely choose the same addresses.
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let address = |second| Ipv4Addr::new(127, second, high, low);
        let addresses =
            Addresses { root: address(51), tld: address(52), organisation: address(53) };
        for level in Level::ALL {
            let address = (addresses.of(level), PORT);
            UdpSocket::bind(address)
                .map(drop)
                .and_then(|()| TcpListener::bind(address).map(drop))
                .map_err(|error| {
                    let (address, port) = address;
                    format!("real DNS servers: not permitted to listen on {address}:{port} ({error}); run as root")
                })?;
        }
        Ok(Self { addresses })
    }

    /// The log files.
    pub(super) fn logs() -> [String; 3] {
        Level::ALL.map(|level| format!("{}.log", level.name()))
    }

    /// Starts the servers.
    pub(super) fn start(
        &self,
        software: &Software,
        state: &Path,
        zone_files: &[ZoneFile],
        servers: &mut Servers,
    ) -> Result<(), String> {
        for level in Level::ALL {
            let name = level.name();
            let folder = state.join(name);
            fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            let configuration = format!("{name}.conf");
            write(state, &configuration, &self.configuration(level, state, zone_files))?;
            let mut command = software.tied_to_us(&software.knotd);
            command.arg("-c").arg(state.join(configuration));
            servers.start(name, command)?;
        }
        Ok(())
    }

    fn configuration(&self, level: Level, state: &Path, zone_files: &[ZoneFile]) -> String {
        let (name, address) = (level.name(), self.addresses.of(level));
        let state = state.display();
        let zones: String = zone_files
            .iter()
            .filter(|file| file.zone.level == level)
            .map(|file| {
                format!("  - domain: \"{}\"\n    file: \"{}\"\n", file.zone.name, served_file(file))
            })
            .collect();
        // The zones are already signed; the server neither signs nor writes them.
        format!(
            r#"server:
    listen: "{address}@{PORT}"
    rundir: "{state}/{name}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 1232
log:
  - target: "{state}/{name}.log"
    any: info
database:
    storage: "{state}/{name}"
template:
  - id: default
    storage: "{state}"
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
zone:
{zones}"#
        )
    }
}
