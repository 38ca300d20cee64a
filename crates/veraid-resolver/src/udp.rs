//! DNS over UDP (RFC 1035 section 4.2.1).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;
use veraid_dnssec::Question;

use crate::error::FailureReason;
use crate::query::Query;
use crate::response::{Response, is_truncated_response};
use crate::server::ResolverAddress;
use crate::tls::connection;

/// Sends a query over a new socket and waits for its response, without a timeout.
///
/// Port and id are fresh and random for each query, and the system drops what other hosts send to
/// the connected socket (RFC 5452). Anything that is not the response, or does not parse, may be
/// forged, so it is skipped and counted.
///
/// `None` if the response is truncated, which some servers do in the middle of a record: it is
/// ignored (RFC 2181 section 9), and the query is repeated over TCP.
pub(crate) async fn exchange(
    server: &ResolverAddress,
    question: &Question,
    passed_over: &AtomicUsize,
) -> Result<Option<Response>, FailureReason> {
    let query = Query::unpredictable(question).map_err(connection)?;
    let socket = connect(server).await.map_err(connection)?;
    socket.send(&query.octets).await.map_err(connection)?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(connection)?;
        let octets = buffer.get(..length).unwrap_or_default();
        if is_truncated_response(octets, query.id, question) {
            return Ok(None);
        }
        let _: usize = match Response::parse(octets.to_vec()) {
            Ok(response) if response.answers_query(query.id, question) => {
                return Ok(Some(response));
            }
            _ => passed_over.fetch_add(1, Ordering::Relaxed),
        };
    }
}

async fn connect(server: &ResolverAddress) -> io::Result<UdpSocket> {
    let no_address = || io::Error::new(io::ErrorKind::NotFound, "the server has no address");
    let address = server.addresses().await?.into_iter().next().ok_or_else(no_address)?;
    let any: SocketAddr = if address.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(address).await?;
    Ok(socket)
}
