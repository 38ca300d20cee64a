//! DNS over HTTPS (RFC 8484), with POST over HTTP/2.

use bytes::Bytes;
use h2::client::SendRequest;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Request, Response};

use crate::error::FailureReason;
use crate::server::ResolverAddress;
use crate::tls::TlsClient;

const DNS_MESSAGE: &str = "application/dns-message";

/// The maximum size of a DNS message over a stream, in bytes; HTTPS needs no more.
const MAX_BODY_BYTES: usize = 65_535;

/// Connects to `server`. The connection ends when the last copy of the returned sender is dropped.
pub(crate) async fn connect(
    server: &ResolverAddress,
    tls: &TlsClient,
) -> Result<SendRequest<Bytes>, FailureReason> {
    let stream = tls.connect_http2(server).await?;
    let (sender, driver) = h2::client::Builder::new()
        .enable_push(false)
        .handshake(stream)
        .await
        .map_err(http_failure)?;
    // Ends with the sender or the connection; callers that wait for a response get its errors.
    tokio::spawn(async move {
        let _: Result<(), h2::Error> = driver.await;
    });
    Ok(sender)
}

/// Sends one query and returns the response.
pub(crate) async fn exchange(
    sender: SendRequest<Bytes>,
    server: &ResolverAddress,
    query: &[u8],
) -> Result<Vec<u8>, FailureReason> {
    let request = Request::post(server.to_string())
        .header(ACCEPT, DNS_MESSAGE)
        .header(CONTENT_TYPE, DNS_MESSAGE)
        .body(())
        .map_err(http_failure)?;
    let mut sender = sender.ready().await.map_err(http_failure)?;
    let (response, mut body) = sender.send_request(request, false).map_err(http_failure)?;
    body.send_data(Bytes::copy_from_slice(query), true).map_err(http_failure)?;
    let response = response.await.map_err(http_failure)?;
    check_head(&response)?;
    read_body(response.into_body()).await
}

fn check_head<B>(response: &Response<B>) -> Result<(), FailureReason> {
    if !response.status().is_success() {
        return Err(FailureReason::Http { reason: format!("status {}", response.status()) });
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let media_type = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !media_type.eq_ignore_ascii_case(DNS_MESSAGE) {
        let shown: String = media_type.chars().take(64).collect();
        let reason = format!("response has content type {shown:?}, not {DNS_MESSAGE}");
        return Err(FailureReason::Http { reason });
    }
    Ok(())
}

async fn read_body(mut body: h2::RecvStream) -> Result<Vec<u8>, FailureReason> {
    let mut octets = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.map_err(http_failure)?;
        if octets.len().saturating_add(data.len()) > MAX_BODY_BYTES {
            let reason = format!("response is larger than {MAX_BODY_BYTES} bytes");
            return Err(FailureReason::Http { reason });
        }
        octets.extend_from_slice(&data);
        body.flow_control().release_capacity(data.len()).map_err(http_failure)?;
    }
    Ok(octets)
}

fn http_failure(error: impl std::error::Error) -> FailureReason {
    FailureReason::Http { reason: error.to_string() }
}
