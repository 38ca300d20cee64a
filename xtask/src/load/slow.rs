//! Clients that take their time.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long a slow client waits before each octet.
const PAUSE: Duration = Duration::from_secs(1);

/// Opens so many connections: a third drips a header, a third drips content, a third says nothing. Whoever is closed comes back.
pub(super) fn open(port: u16, count: usize) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for number in 0..count {
        clients.spawn(async move {
            loop {
                // Being closed is what a slow client has to expect.
                let _ = drip(port, number).await;
                sleep(PAUSE).await;
            }
        });
    }
    clients
}

async fn drip(port: u16, number: usize) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let begin: &[u8] = match number % 3 {
        0 => b"GET /v1/auth HTTP/1.1\r\nx-slow: ",
        1 => b"POST /?audience=a HTTP/1.1\r\nhost: a\r\ncontent-length: 8000\r\n\r\n",
        _ => b"",
    };
    stream.write_all(begin).await?;
    loop {
        sleep(PAUSE).await;
        if number % 3 < 2 {
            stream.write_all(b"a").await?;
        }
    }
}
