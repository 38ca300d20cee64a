//! Transports, and servers that do not answer.

use std::collections::HashSet;
use std::num::NonZeroU8;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use veraid_dnssec::{MessageProblem, RecordType};
use veraid_resolver::{
    FailureReason, FetchError, Resolver, ResolverAddress, ResponseCode, ServerFailure, Transport,
};
use veraid_testkit::MessageBuilder;

use crate::server::{Behaviour, LoopbackServer, honest, honest_response};
use crate::tls_server::{HttpManners, TlsServer};
use crate::zones::{PATIENCE, Zones, fetch, key_records, opt, options};

const TC: u16 = 0x0200;

/// Returns the failures of a fetch that asks each server once.
async fn failures(
    zones: &Zones,
    servers: impl IntoIterator<Item = ResolverAddress>,
) -> (u16, Vec<ServerFailure>) {
    let options = options(servers).tries(NonZeroU8::MIN);
    let resolver = Resolver::new(options, zones.verifier()).unwrap();
    let error = fetch(&resolver).await.unwrap_err();
    let code = error.code();
    match error {
        FetchError::NoAnswer { question, failures } => {
            assert_eq!(question, key_records());
            (code, failures)
        }
        other => panic!("{other}"),
    }
}

/// A response with only a header and the question.
fn bare(code: u16) -> Behaviour {
    Arc::new(move |asked| {
        let mut response = MessageBuilder::new(&asked.question).flags(0x8180 | code);
        response.id = asked.id();
        vec![response.build()]
    })
}

fn silent() -> Behaviour {
    Arc::new(|_| vec![])
}

#[tokio::test]
async fn udp_queries_have_ids_and_ports_of_their_own() {
    let zones = Zones::p256();
    let server = LoopbackServer::honest(&zones).await;
    for _ in 0..4 {
        fetch(&zones.resolver([server.udp()])).await.unwrap();
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 24);
    // 24 of 65,536 ids: the chance of two equal pairs is below 1 in 100,000.
    let ids: HashSet<_> = asked.iter().map(|asked| asked.id()).collect();
    assert!(ids.len() >= 23, "{ids:?}");
    let ports: HashSet<_> = asked.iter().map(|asked| asked.from.port()).collect();
    assert!(ports.len() > 12, "{ports:?}");
    for asked in asked {
        // RD and CD; one question, one additional record: OPT with a payload size of 1232 bytes and
        // DO.
        assert_eq!(asked.octets[2..12], [1, 0x10, 0, 1, 0, 0, 0, 0, 0, 1]);
        assert!(asked.octets.ends_with(&[0, 0, 41, 0x04, 0xD0, 0, 0, 0x80, 0, 0, 0]));
    }
}

#[tokio::test]
async fn truncated_responses_over_udp_are_repeated_over_tcp() {
    let zones = Zones::p256();
    let sent = zones.clone();
    let server = LoopbackServer::start(Arc::new(move |asked| {
        let truncates =
            asked.transport == Transport::Udp && asked.question.record_type == RecordType::DNSKEY;
        if truncates {
            let mut response = MessageBuilder::new(&asked.question).flags(0x8180 | TC);
            response.id = asked.id();
            vec![response.build()]
        } else {
            vec![honest_response(&sent, asked)]
        }
    }))
    .await;
    let fetched = fetch(&zones.resolver([server.udp()])).await.unwrap();
    assert_eq!(fetched.messages().len(), 6);
    let over_tcp = server
        .questions()
        .into_iter()
        .filter(|(transport, _)| *transport == Transport::Tcp)
        .map(|(_, question)| question);
    assert_eq!(
        over_tcp.collect::<HashSet<_>>(),
        ["example.com. DNSKEY", "com. DNSKEY", ". DNSKEY"].map(str::to_owned).into()
    );
}

#[tokio::test]
async fn a_response_cut_within_a_record_over_udp_is_fetched_over_tcp() {
    let zones = Zones::p256();
    let answers = zones.clone();
    let server = LoopbackServer::start(Arc::new(move |asked| {
        let mut response = honest_response(&answers, asked);
        if asked.transport == Transport::Udp {
            response[2] |= 0x02;
            response.truncate(120);
        }
        vec![response]
    }))
    .await;
    fetch(&zones.resolver([server.udp()])).await.unwrap();
    let asked = server.questions();
    assert_eq!(asked.iter().filter(|(transport, _)| *transport == Transport::Tcp).count(), 6);
}

#[tokio::test]
async fn a_connection_on_which_too_much_came_is_not_used_again() {
    let zones = Zones::p256();
    let answers = zones.clone();
    let is_first = AtomicBool::new(true);
    let server = LoopbackServer::start(Arc::new(move |asked| {
        let response = honest_response(&answers, asked);
        let twice = is_first.swap(false, Ordering::Relaxed);
        if twice { vec![response.clone(), response] } else { vec![response] }
    }))
    .await;
    fetch(&zones.resolver([server.tcp()])).await.unwrap();
}

#[tokio::test]
async fn truncated_responses_over_tcp_are_rejected() {
    let zones = Zones::p256();
    let server = LoopbackServer::start(bare(TC)).await;
    for server in [server.udp(), server.tcp()] {
        let failure = ServerFailure { server: server.clone(), reason: FailureReason::Truncated };
        assert_eq!(failures(&zones, [server]).await, (4009, vec![failure]));
    }
}

#[tokio::test]
async fn one_tcp_connection_carries_all_questions_that_wait_for_each_other() {
    let zones = Zones::p256();
    let server = LoopbackServer::honest(&zones).await;
    fetch(&zones.resolver([server.tcp()])).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 6);
    let connections: HashSet<_> = asked.iter().map(|asked| asked.from).collect();
    assert!(connections.len() <= 2, "{connections:?}");
}

#[tokio::test]
async fn a_server_may_close_a_tcp_connection_after_each_answer() {
    let zones = Zones::p256();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let server: ResolverAddress =
        format!("tcp://{}", listener.local_addr().unwrap()).parse().unwrap();
    let sent = zones.clone();
    let task = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((mut stream, from)) = listener.accept().await {
            let Ok(length) = stream.read_u16().await else { continue };
            let mut query = vec![0; usize::from(length)];
            stream.read_exact(&mut query).await.unwrap();
            let asked = crate::server::Asked::new(Transport::Tcp, from, query);
            let response = honest_response(&sent, &asked);
            let length = u16::try_from(response.len()).unwrap().to_be_bytes();
            stream.write_all(&[&length, response.as_slice()].concat()).await.unwrap();
        }
    });
    assert_eq!(fetch(&zones.resolver([server])).await.unwrap().messages().len(), 6);
    task.abort();
}

#[tokio::test]
async fn forged_datagrams_are_passed_over() {
    let zones = Zones::p256();
    let sent = zones.clone();
    let server = LoopbackServer::start(Arc::new(move |asked| {
        let right = honest_response(&sent, asked);
        let mut other_id = right.clone();
        other_id[0] ^= 0xFF;
        let mut other_question = right.clone();
        other_question[13] ^= 0x01;
        let mut is_query = right.clone();
        is_query[2] &= 0x7F;
        vec![b"not DNS".to_vec(), other_id, other_question, is_query, right[..20].to_vec(), right]
    }))
    .await;
    assert_eq!(fetch(&zones.resolver([server.udp()])).await.unwrap().messages().len(), 6);
}

#[tokio::test]
async fn a_server_that_only_sends_other_datagrams_has_not_answered() {
    let zones = Zones::p256();
    let sent = zones.clone();
    let server = LoopbackServer::start(Arc::new(move |asked| {
        let mut other_id = honest_response(&sent, asked);
        other_id[1] ^= 0x01;
        vec![other_id.clone(), other_id]
    }))
    .await;
    let (code, failures) = failures(&zones, [server.udp()]).await;
    let after = PATIENCE;
    let reason = FailureReason::TimedOut { after, passed_over: 2 };
    assert_eq!((code, &failures), (4002, &vec![ServerFailure { server: server.udp(), reason }]));
    assert_eq!(
        failures[0].to_string(),
        format!(
            "{}: no answer within 1.5 s (ignored 2 datagrams that did not match the query)",
            server.udp()
        )
    );
}

#[tokio::test]
async fn over_a_stream_a_response_to_another_question_is_rejected() {
    let zones = Zones::p256();
    let sent = zones.clone();
    let other_id = LoopbackServer::start(Arc::new(move |asked| {
        let mut response = honest_response(&sent, asked);
        response[0] ^= 0xFF;
        vec![response]
    }))
    .await;
    let sent = zones.clone();
    let longer = LoopbackServer::start(Arc::new(move |asked| {
        vec![[honest_response(&sent, asked), vec![0]].concat()]
    }))
    .await;
    for (server, code, reason) in [
        (other_id.tcp(), 4007, FailureReason::NotForQuestion),
        (longer.tcp(), 4006, FailureReason::Malformed { problem: MessageProblem::TrailingBytes }),
    ] {
        let failure = ServerFailure { server: server.clone(), reason };
        assert_eq!(failures(&zones, [server]).await, (code, vec![failure]));
    }
}

#[tokio::test]
async fn a_server_that_answered_is_queried_first_from_then_on() {
    let zones = Zones::p256();
    let failing = LoopbackServer::start(bare(2)).await;
    let working = LoopbackServer::honest(&zones).await;
    let fetched = fetch(&zones.resolver([failing.udp(), working.udp()])).await.unwrap();
    assert_eq!(fetched.messages().len(), 6);
    let asked_once = [(Transport::Udp, key_records().to_string())];
    assert_eq!((failing.questions(), working.questions().len()), (asked_once.to_vec(), 6));
}

#[tokio::test]
async fn servers_that_are_down_or_silent_are_skipped() {
    let zones = Zones::p256();
    let working = LoopbackServer::honest(&zones).await;
    let silent = LoopbackServer::start(silent()).await;
    // Port 1 has no listener.
    for down in ["udp://127.0.0.1:1", "tcp://127.0.0.1:1", "tls://127.0.0.1:1"] {
        let servers = [down.parse().unwrap(), silent.udp(), working.udp()];
        assert_eq!(fetch(&zones.resolver(servers)).await.unwrap().messages().len(), 6, "{down}");
    }
    assert_eq!(silent.asked().len(), 3);
}

#[tokio::test]
async fn all_attempts_are_reported_when_no_server_answers() {
    let zones = Zones::p256();
    let silent = LoopbackServer::start(silent()).await;
    let refusing = LoopbackServer::start(bare(5)).await;
    let servers = [silent.udp(), refusing.udp()];
    let error = fetch(&zones.resolver(servers.clone())).await.unwrap_err();
    let reasons = [
        FailureReason::TimedOut { after: PATIENCE, passed_over: 0 },
        FailureReason::ResponseCode(ResponseCode(5)),
    ];
    let round = || {
        servers.iter().zip(&reasons).map(|(server, reason)| ServerFailure {
            server: server.clone(),
            reason: reason.clone(),
        })
    };
    let expected = FetchError::NoAnswer {
        question: key_records(),
        failures: round().chain(round()).collect(),
    };
    assert_eq!(error, expected);
    assert_eq!(error.code(), 4001);
    let once = format!(
        "{}: no answer within 1.5 s; {}: REFUSED: the server does not answer this client",
        servers[0], servers[1]
    );
    assert_eq!(
        error.to_string(),
        format!("no server answered _veraid.example.com. TXT: {once}; {once}")
    );
}

#[tokio::test]
async fn response_codes_are_reported_with_their_upper_bits() {
    let zones = Zones::p256();
    for code in [1, 2, 4, 5, 11] {
        let server = LoopbackServer::start(bare(code)).await;
        let reason = FailureReason::ResponseCode(ResponseCode(code));
        let failure = ServerFailure { server: server.udp(), reason };
        assert_eq!(failures(&zones, [server.udp()]).await, (4008, vec![failure]));
    }
    let bad_version = LoopbackServer::start(Arc::new(|asked| {
        let mut response = MessageBuilder::new(&asked.question).additional(opt(1));
        response.id = asked.id();
        vec![response.build()]
    }))
    .await;
    let reason = FailureReason::ResponseCode(ResponseCode(16));
    let failure = ServerFailure { server: bad_version.udp(), reason };
    assert_eq!(failures(&zones, [bad_version.udp()]).await, (4008, vec![failure]));
}

#[tokio::test]
async fn a_closed_port_is_a_connection_failure() {
    let zones = Zones::p256();
    for down in ["udp://127.0.0.1:1", "tcp://127.0.0.1:1"] {
        let (code, failures) = failures(&zones, [down.parse().unwrap()]).await;
        assert_eq!((code, failures.len()), (4003, 1), "{failures:?}");
    }
}

#[tokio::test]
async fn tls_and_https_servers_of_a_trusted_authority_are_queried() {
    let zones = Zones::p256();
    for transport in [Transport::Tls, Transport::Https] {
        let server = TlsServer::start(transport, honest(&zones)).await;
        let by_der = options([server.server()]).tls_root_der(&server.root_der);
        let by_pem = options([server.server()]).tls_roots_pem(server.root_pem.as_bytes()).unwrap();
        for options in [by_der, by_pem] {
            let resolver = Resolver::new(options, zones.verifier()).unwrap();
            assert_eq!(fetch(&resolver).await.unwrap().messages().len(), 6, "{transport:?}");
        }
        let asked = server.asked();
        assert_eq!(asked.len(), 12);
        let connections: HashSet<_> = asked.iter().map(|asked| asked.from).collect();
        let most = if transport == Transport::Https { 2 } else { 4 };
        assert!(connections.len() <= most, "{transport:?} {connections:?}");
        if transport == Transport::Https {
            // RFC 8484 section 4.1: equal queries should have equal bytes, so the id is 0.
            assert!(asked.iter().all(|asked| asked.id() == 0));
            let request = "POST /dns-query application/dns-message";
            assert_eq!(server.requests(), [request; 12]);
        }
    }
}

#[tokio::test]
async fn a_connection_that_fell_silent_is_not_used_again() {
    let zones = Zones::p256();
    for transport in [Transport::Tls, Transport::Https] {
        // All but the first question over the first connection are dropped, as by a firewall that
        // forgot it.
        let (sent, first) = (zones.clone(), Mutex::new(None));
        let behaviour: Behaviour = Arc::new(move |asked| {
            let mut first = first.lock().unwrap();
            let is_swallowed = *first == Some(asked.from);
            first.get_or_insert(asked.from);
            if is_swallowed { vec![] } else { vec![honest_response(&sent, asked)] }
        });
        let server = TlsServer::start(transport, behaviour).await;
        let options = options([server.server()]).tls_root_der(&server.root_der);
        let resolver = Resolver::new(options, zones.verifier()).unwrap();
        assert_eq!(fetch(&resolver).await.unwrap().messages().len(), 6, "{transport:?}");
    }
}

#[tokio::test]
async fn a_tls_server_may_have_a_name() {
    let zones = Zones::p256();
    let (manners, behaviour) = (HttpManners::GOOD, honest(&zones));
    let server = TlsServer::start_for(Transport::Tls, behaviour, "localhost", manners).await;
    let options = options([server.server_at("localhost")]).tls_root_der(&server.root_der);
    let resolver = Resolver::new(options, zones.verifier()).unwrap();
    assert_eq!(fetch(&resolver).await.unwrap().messages().len(), 6);
}

#[tokio::test]
async fn tls_servers_with_other_certificates_receive_nothing() {
    let zones = Zones::p256();
    for transport in [Transport::Tls, Transport::Https] {
        let behaviour = honest(&zones);
        let untrusted = TlsServer::start(transport, Arc::clone(&behaviour)).await;
        let other = "127.0.0.2";
        let misnamed = TlsServer::start_for(transport, behaviour, other, HttpManners::GOOD).await;
        let options = options([untrusted.server(), misnamed.server()])
            .tries(NonZeroU8::MIN)
            .tls_root_der(&misnamed.root_der);
        let error = fetch(&Resolver::new(options, zones.verifier()).unwrap()).await.unwrap_err();
        assert_eq!(error.code(), 4004, "{error}");
        let text = error.to_string();
        assert!(text.contains("UnknownIssuer") && text.contains(other), "{text}");
        assert!(untrusted.asked().is_empty() && misnamed.asked().is_empty());
    }
}

#[tokio::test]
async fn http_without_a_dns_message_is_rejected() {
    let zones = Zones::p256();
    for (manners, reason) in [
        (HttpManners { status: 503, ..HttpManners::GOOD }, "status 503 Service Unavailable"),
        (
            HttpManners { content_type: "text/html; charset=utf-8", ..HttpManners::GOOD },
            "response has content type \"text/html\", not application/dns-message",
        ),
        (HttpManners { protocols: &[], ..HttpManners::GOOD }, "the server does not speak HTTP/2"),
    ] {
        let server =
            TlsServer::start_for(Transport::Https, honest(&zones), "127.0.0.1", manners).await;
        let options =
            options([server.server()]).tries(NonZeroU8::MIN).tls_root_der(&server.root_der);
        let error = fetch(&Resolver::new(options, zones.verifier()).unwrap()).await.unwrap_err();
        let reason = FailureReason::Http { reason: reason.to_owned() };
        let failures = vec![ServerFailure { server: server.server(), reason }];
        assert_eq!(error, FetchError::NoAnswer { question: key_records(), failures });
        assert_eq!(error.code(), 4005);
    }
}

#[tokio::test]
async fn an_https_response_is_read_to_65535_bytes_and_no_further() {
    let zones = Zones::p256();
    let server = TlsServer::start(Transport::Https, Arc::new(|_| vec![vec![0; 65_536]])).await;
    let options = options([server.server()]).tries(NonZeroU8::MIN).tls_root_der(&server.root_der);
    let error = fetch(&Resolver::new(options, zones.verifier()).unwrap()).await.unwrap_err();
    let reason = FailureReason::Http { reason: "response is larger than 65535 bytes".to_owned() };
    let failures = vec![ServerFailure { server: server.server(), reason }];
    assert_eq!(error, FetchError::NoAnswer { question: key_records(), failures });
}

#[test]
fn invalid_certificates_are_rejected_when_creating_a_resolver() {
    use veraid_resolver::{OptionsError, ResolverOptions};
    let verifier = Zones::p256().verifier();
    let error =
        Resolver::new(ResolverOptions::new().tls_root_der(b"none"), verifier.clone()).unwrap_err();
    assert!(matches!(error, OptionsError::TlsRoot { index: 1, .. }), "{error}");
    for pem in ["", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
        let error = ResolverOptions::new().tls_roots_pem(pem.as_bytes()).unwrap_err();
        assert!(matches!(error, OptionsError::TlsRootPem { .. }), "{error}");
    }
    let resolver = Resolver::new(ResolverOptions::new(), verifier).unwrap();
    assert_eq!(resolver.servers(), ResolverAddress::defaults());
}
