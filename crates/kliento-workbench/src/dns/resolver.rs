//! Unbound as a validating resolver that knows only our root.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use super::process::{Servers, write};
use super::software::{Software, run};

/// The log file.
pub(super) const LOG: &str = "unbound.log";

/// The certificate of the authority that signed the server's certificate.
pub(super) fn certificate_authority(state: &Path) -> PathBuf {
    state.join("ca.pem")
}

/// The addresses of the resolver.
#[derive(Debug)]
pub(super) struct Resolver {
    /// The address for UDP and TCP.
    pub(super) plain: SocketAddrV4,
    /// The address for DNS over TLS (RFC 7858).
    pub(super) tls: SocketAddrV4,
    https: SocketAddrV4,
}

impl Resolver {
    /// Picks three unused ports.
    pub(super) fn on_free_ports() -> Result<Self, String> {
        let [plain, tls, https] =
            free_ports()?.map(|port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
        Ok(Self { plain, tls, https })
    }

    /// The URL for DNS over HTTPS (RFC 8484).
    pub(super) fn https_url(&self) -> String {
        format!("https://{}/dns-query", self.https)
    }

    /// All addresses.
    pub(super) fn addresses(&self) -> [SocketAddrV4; 3] {
        [self.plain, self.tls, self.https]
    }

    /// Starts the process. Resolution begins at `root`, with the trust anchor that signing left in
    /// `state`.
    pub(super) fn start(
        &self,
        software: &Software,
        state: &Path,
        root: Ipv4Addr,
        servers: &mut Servers,
    ) -> Result<(), String> {
        const CONFIGURATION: &str = "unbound.conf";
        make_certificate(software, state)?;
        write(state, "root.hints", &format!(". 3600 IN NS ns.\nns. 3600 IN A {root}\n"))?;
        write(state, CONFIGURATION, &self.configuration(state))?;
        let mut command = software.tied_to_us(&software.unbound);
        command.args(["-d", "-c"]).arg(state.join(CONFIGURATION));
        servers.start("unbound", command)
    }

    fn configuration(&self, state: &Path) -> String {
        let state = state.display();
        let [plain, tls, https] = self.addresses().map(|address| address.port());
        // Queries leave from 127.0.0.1, which cannot reach any address outside this machine.
        format!(
            r#"server:
    username: ""
    chroot: ""
    directory: "{state}"
    pidfile: "{state}/unbound.pid"
    use-syslog: no
    logfile: "{state}/{LOG}"
    log-servfail: yes
    num-threads: 1
    do-ip6: no
    interface: 127.0.0.1@{plain}
    interface: 127.0.0.1@{tls}
    interface: 127.0.0.1@{https}
    tls-port: {tls}
    https-port: {https}
    tls-service-key: "{state}/server.key"
    tls-service-pem: "{state}/server.pem"
    outgoing-interface: 127.0.0.1
    do-not-query-localhost: no
    module-config: "validator iterator"
    root-hints: "{state}/root.hints"
    trust-anchor-file: "{state}/trust-anchor.ds"
    local-zone: "test." nodefault
    edns-buffer-size: 1232
    max-udp-size: 1232
remote-control:
    control-enable: no
"#
        )
    }
}

/// Picks three ports, held open together so that they differ.
fn free_ports() -> Result<[u16; 3], String> {
    const ATTEMPTS: usize = 50;
    let mut held = Vec::new();
    for _ in 0..ATTEMPTS {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| e.to_string())?;
        let port = listener.local_addr().map_err(|e| e.to_string())?.port();
        if let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) {
            held.push((port, listener, socket));
        }
        if let [(first, ..), (second, ..), (third, ..)] = held.as_slice() {
            return Ok([*first, *second, *third]);
        }
    }
    Err("no three ports of 127.0.0.1 are free for both UDP and TCP".into())
}

/// A certificate for 127.0.0.1, signed by a separate authority: clients do not accept one
/// certificate as both.
fn make_certificate(software: &Software, state: &Path) -> Result<(), String> {
    const CONFIGURATION: &str = "\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
";
    write(state, "openssl.cnf", CONFIGURATION)?;
    let common =
        "req -x509 -config openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2";
    let authority = "-subj /CN=authority -extensions authority -keyout ca.key -out ca.pem";
    let server = "-subj /CN=resolver -extensions server -keyout server.key -out server.pem \
                  -CA ca.pem -CAkey ca.key";
    for certificate in [authority, server] {
        let arguments: Vec<&str> =
            common.split_whitespace().chain(certificate.split_whitespace()).collect();
        run(&software.openssl, state, &arguments)?;
    }
    Ok(())
}
