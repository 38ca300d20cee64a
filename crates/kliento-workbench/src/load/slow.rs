//! Slow clients.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::float;

/// The pause of a slow client before each byte.
const PAUSE: Duration = Duration::from_secs(1);

/// Opens so many slow connections. A quarter each sends a header slowly, sends content slowly,
/// sends nothing, and sends one request and stays connected. Closed connections are opened again.
pub(super) fn open(port: u16, count: usize) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for number in 0..count {
        clients.spawn(async move {
            // Spread over the pause, or all would send at once.
            sleep(PAUSE.mul_f64(float(number) / float(count))).await;
            loop {
                // A slow client must expect to be disconnected.
                let _ = drip(port, number).await;
                sleep(PAUSE).await;
            }
        });
    }
    clients
}

async fn drip(port: u16, number: usize) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let kind = number % 4;
    let begin: &[u8] = match kind {
        0 => b"GET /v1/auth HTTP/1.1\r\nx-slow: ",
        1 => b"POST /?audience=a HTTP/1.1\r\nhost: a\r\ncontent-length: 8000\r\n\r\n",
        2 => b"",
        _ => b"GET /v1/auth HTTP/1.1\r\nhost: a\r\n\r\n",
    };
    stream.write_all(begin).await?;
    let mut answer = [0; 1024];
    loop {
        sleep(PAUSE).await;
        if kind < 2 {
            stream.write_all(b"a").await?;
        } else if kind == 3 && stream.read(&mut answer).await? == 0 {
            // Closed for inactivity.
            return Ok(());
        }
    }
}
