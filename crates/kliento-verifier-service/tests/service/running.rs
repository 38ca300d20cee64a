//! A service that runs for one test.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use kliento::Timestamp;
use kliento_verifier::Clock;
use kliento_verifier_service::{Config, ListenAddress, Server};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use veraid_testkit::{MockBundle, Scenario, default_instant, kliento_token};

use crate::http::{Response, exchange, request};

pub(crate) const AUDIENCE: &str = veraid_testkit::AUDIENCE;

/// alice@example.com's token, with a claim.
pub(crate) static TOKEN: LazyLock<MockBundle> = LazyLock::new(|| {
    Scenario { content: kliento_token(AUDIENCE, &[("role", "reader")]), ..Scenario::default() }
        .build()
});

/// Alice's token for `audience`.
pub(crate) fn token_for(audience: &str) -> Vec<u8> {
    Scenario { content: kliento_token(audience, &[]), ..Scenario::default() }
        .build_on(&TOKEN.chain)
        .der
}

/// The value of `Authorization` with a bundle.
pub(crate) fn kliento(der: &[u8]) -> String {
    format!("Kliento {}", Base64::encode_string(der))
}

/// A folder that exists for one test.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kliento-service-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("temporary folders can be created");
        Self(folder)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.file(name);
        std::fs::write(&file, text).expect("files can be written");
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A service on loopback, until it is dropped or stopped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) public: ListenAddress,
    pub(crate) admin: ListenAddress,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    pub(crate) folder: Folder,
}

impl Running {
    /// Starts with the default configuration, overridden by these settings.
    pub(crate) async fn with(toml: &str) -> Self {
        Self::at(toml, default_instant()).await
    }

    /// Starts at another time.
    pub(crate) async fn at(toml: &str, now: Timestamp) -> Self {
        Self::with_clock(toml, move || now).await
    }

    /// Starts with a clock that the test controls.
    pub(crate) async fn with_clock(toml: &str, clock: impl Clock + 'static) -> Self {
        let folder = Folder::new();
        let toml = toml.replace("FOLDER", folder.0.to_str().expect("the path is text"));
        let mut config = Config::from_toml(&toml).expect("the configuration is valid");
        if !toml.contains("listen") {
            config.listen = "127.0.0.1:0".parse().unwrap();
        }
        config.admin_listen = Some("127.0.0.1:0".parse().unwrap());
        let anchors = folder.write("anchors.ds", &TOKEN.trust_anchors);
        config.trust_anchors.get_or_insert(anchors);
        let server = Server::bind_with_clock(config, veraid_aws_lc_rs::PROVIDER, clock);
        let server = server.await.expect("the service starts");
        let public = server.address().clone();
        let admin = server.admin_address().expect("it is configured").clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self { public, admin, stop: Some(stop), task, folder }
    }

    /// Stops the service and waits for its end.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.task).await.expect("the service ends without an error");
    }

    /// Asks the service to stop.
    pub(crate) fn begin_stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) async fn raw(&self, bytes: &[u8]) -> Response {
        send(&self.public, bytes).await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        content: &[u8],
    ) -> Response {
        self.raw(&request(method, target, headers, content)).await
    }

    pub(crate) async fn ask_admin(&self, method: &str, target: &str) -> Response {
        send(&self.admin, &request(method, target, &[], b"")).await
    }

    /// The status of a request without credentials.
    pub(crate) async fn tcp_answers(&self) -> u16 {
        self.ask("GET", "/v1/auth", &[], b"").await.status
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        match &self.public {
            ListenAddress::Tcp(address) => TcpStream::connect(address).await.unwrap(),
            ListenAddress::Unix(path) => panic!("{} is not a TCP socket", path.display()),
        }
    }
}

async fn send(address: &ListenAddress, bytes: &[u8]) -> Response {
    let answered = async {
        match address {
            ListenAddress::Tcp(address) => {
                exchange(TcpStream::connect(address).await.unwrap(), bytes).await
            }
            ListenAddress::Unix(path) => exchange(connect_unix(path).await, bytes).await,
        }
    };
    timeout(Duration::from_secs(20), answered).await.expect("the service responds in time")
}

async fn connect_unix(path: &Path) -> UnixStream {
    UnixStream::connect(path).await.unwrap()
}
