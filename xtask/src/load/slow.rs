//! Clients that take their time.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::float;

/// How long a slow client waits before each octet.
const PAUSE: Duration = Duration::from_secs(1);

/// Opens so many connections: a quarter each drips a header, drips content, says nothing, and asks once and then stays. Whoever is
/// closed comes back.
pub(super) fn open(port: u16, count: usize) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for number in 0..count {
        clients.spawn(async move {
            // Spread over the pause, or all would drip at once.
            sleep(PAUSE.mul_f64(float(number) / float(count))).await;
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
            // Closed for saying nothing.
            return Ok(());
        }
    }
}
