//! A minimal HTTP/1.1, octet by octet: no library would send what an attacker does.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};

use crate::children::PATIENCE;

/// A request or response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// The request line or status line.
    pub(crate) start: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
}

impl Message {
    /// Every value of a header, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let headers = self.headers.iter().filter(|(found, _)| found == name);
        headers.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn status(&self) -> u16 {
        self.start.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The next message; `None` if there is no more.
    pub(crate) fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Self>> {
        let mut message = Self { start: line(stream)?, ..Self::default() };
        if message.start.is_empty() {
            return Ok(None);
        }
        loop {
            let line = line(stream)?;
            let Some((name, value)) = line.split_once(':') else { break };
            message.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = message.all("content-length").first().and_then(|text| text.parse().ok());
        if message.all("transfer-encoding").iter().any(|value| value.contains("chunked")) {
            message.content = chunks(stream)?;
        } else if let Some(length) = length {
            message.content = vec![0; length];
            stream.read_exact(&mut message.content)?;
        }
        Ok(Some(message))
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
}

fn chunks(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let size = line(stream)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size];
        stream.read_exact(&mut chunk)?;
        content.extend(chunk);
        line(stream)?;
        if size == 0 {
            return Ok(content);
        }
    }
}

/// A request in bytes, with `Connection: close`.
pub(crate) fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    content: &str,
) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: api.example.com\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
        text += "Connection: close\r\n";
    }
    text + "\r\n" + content
}

/// Sends bytes and reads every response, until the other side closes or falls silent.
pub(crate) fn exchange(address: SocketAddr, bytes: &str) -> Vec<Message> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A proxy may reject the request and close before all of it is written.
    let _ = stream.write_all(bytes.as_bytes());
    let mut stream = BufReader::new(stream);
    let mut responses = Vec::new();
    while let Ok(Some(response)) = Message::read(&mut stream) {
        responses.push(response);
    }
    let _ = stream.get_ref().shutdown(Shutdown::Both);
    responses
}

/// Sends bytes and reads only the first response: Envoy keeps a connection open for a second after
/// a request that it rejects.
pub(crate) fn first_answer(address: SocketAddr, bytes: &str) -> Option<Message> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let _ = stream.write_all(bytes.as_bytes());
    Message::read(&mut BufReader::new(stream)).ok().flatten()
}
