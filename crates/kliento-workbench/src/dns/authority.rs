//! Knot as the authoritative server of all zones.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;

use super::level::{Addresses, Level};
use super::process::{Servers, write};
use super::signing::served_file;
use super::software::Software;
use super::zones::ZoneFile;

/// The port of authoritative servers: resolvers use no other.
pub(super) const PORT: u16 = 53;

/// One server for each level: a server with all zones would never send a referral.
#[derive(Debug)]
pub(super) struct Authority {
    pub(super) addresses: Addresses,
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
