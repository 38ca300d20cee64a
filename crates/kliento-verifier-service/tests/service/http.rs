//! A minimal HTTP client that exposes every byte.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Names and values of headers.
pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

/// A response, in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) content: String,
}

impl Response {
    /// The only value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(header, _)| header == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert_eq!(values.next(), None, "{name} is repeated");
        value
    }

    /// Parses the content as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.content).expect("the content is JSON")
    }
}

/// Formats a request as it is sent.
pub(crate) fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    content: &[u8],
) -> Vec<u8> {
    let mut text =
        format!("{method} {target} HTTP/1.1\r\nhost: verifier.test\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", content.len()));
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(content);
    bytes
}

/// Sends bytes and reads one response to the end of the connection.
pub(crate) async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &[u8],
) -> Response {
    stream.write_all(bytes).await.expect("the request is sent");
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.expect("the response is complete");
    let text = String::from_utf8(response).expect("responses are text");
    let (head, content) = text.split_once("\r\n\r\n").expect("there is a head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("there is a status");
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
        (name.to_ascii_lowercase(), value.to_owned())
    });
    Response {
        status: status.parse().expect("the status is a number"),
        headers: headers.collect(),
        content: content.to_owned(),
    }
}
