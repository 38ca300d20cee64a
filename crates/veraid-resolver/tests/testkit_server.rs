//! Fetching from the testkit's DNS server, and from deviating ones.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

use std::num::NonZeroU8;
use std::time::Duration;

use veraid_core::{OrganisationName, Profile, TrustAnchors};
use veraid_dnssec::{ChainVerifier, DnssecChain, Question, RecordType, ValidityPeriod};
use veraid_resolver::{
    FailureReason, FetchError, FetchedChain, Form, Resolver, ResolverAddress, ResolverOptions,
    ResponseCode,
};
use veraid_testkit::{
    DnsServer, FaultyServer as _, MockChain, RunningServer, ServerFault, ServerTransport,
    default_instant, fixed_zones,
};

fn chain() -> MockChain {
    fixed_zones().owner("_veraid.example.com").txt(&["1 id 3600"]).build()
}

fn verifier(chain: &MockChain) -> ChainVerifier {
    let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).unwrap();
    ChainVerifier::new(anchors, veraid_aws_lc_rs::PROVIDER)
}

fn server(scheme: &str, running: &RunningServer) -> ResolverAddress {
    format!("{scheme}://{}", running.address()).parse().unwrap()
}

async fn fetch(
    chain: &MockChain,
    servers: impl IntoIterator<Item = ResolverAddress>,
    form: Form,
) -> Result<FetchedChain, FetchError> {
    let options = ResolverOptions::new()
        .servers(servers)
        .query_timeout(Duration::from_millis(500))
        .tries(NonZeroU8::MIN);
    let resolver = Resolver::new(options, verifier(chain)).unwrap();
    let organisation = OrganisationName::from_common_name("example.com", Profile::VeraId).unwrap();
    resolver.fetch(&organisation, Profile::VeraId, form, default_instant()).await
}

fn txt() -> Question {
    Question { name: "_veraid.example.com".parse().unwrap(), record_type: RecordType::TXT }
}

#[tokio::test]
async fn chains_fetched_over_udp_and_tcp_prove_the_record() {
    let chain = chain();
    let running = DnsServer::recursive([&chain]).start().unwrap();
    for scheme in ["udp", "tcp"] {
        for form in [Form::Minimal, Form::Full] {
            let fetched = fetch(&chain, [server(scheme, &running)], form).await.unwrap();
            let parsed = DnssecChain::parse(fetched.messages()).unwrap();
            let at = ValidityPeriod::at(default_instant());
            let proved = parsed.verify(&txt(), at, &verifier(&chain)).unwrap();
            assert_eq!(proved.rdata().collect::<Vec<_>>(), [b"\x091 id 3600"]);
            assert_eq!(fetched.zones().len(), 3);
            assert_eq!(fetched.warnings(), []);
        }
    }
}

#[tokio::test]
async fn a_truncated_answer_is_requested_again_over_tcp() {
    let chain = chain();
    let faulty = |fault| DnsServer::recursive([&chain]).fault(&txt(), fault).start().unwrap();
    // Any server truncates records that do not fit into a datagram.
    let records: Vec<String> = (0..12).map(|number| format!("{number:0>120}")).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let large = fixed_zones().owner("_veraid.example.com").txt(&records).build();
    let running = DnsServer::recursive([&large]).start().unwrap();
    let fetched = fetch(&large, [server("udp", &running)], Form::Minimal).await.unwrap();
    assert_eq!(fetched.records().rdata().len(), 12);
    let asked = running.asked();
    let of_txt = asked.iter().filter(|asked| asked.question == txt());
    let transports: Vec<ServerTransport> = of_txt.map(|asked| asked.transport).collect();
    assert_eq!(transports, [ServerTransport::Udp, ServerTransport::Tcp]);

    let running = faulty(ServerFault::Truncated);
    let truncated = server("udp", &running);
    match fetch(&chain, [truncated.clone()], Form::Minimal).await.unwrap_err() {
        FetchError::NoAnswer { failures, .. } => {
            let reasons: Vec<_> = failures.into_iter().map(|failure| failure.reason).collect();
            assert_eq!(reasons, [FailureReason::Truncated]);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_fails_is_passed_over_for_the_next() {
    let chain = chain();
    let sound = DnsServer::recursive([&chain]).start().unwrap();
    for fault in [
        ServerFault::ServerFailure,
        ServerFault::Refused,
        ServerFault::Silent,
        ServerFault::OtherId,
        ServerFault::OtherQuestion,
        ServerFault::WithoutSignatures,
        ServerFault::TruncatedWithoutTcp,
    ] {
        let faulty = DnsServer::recursive([&chain]).fault_always(fault).start().unwrap();
        let servers = [server("udp", &faulty), server("udp", &sound)];
        let fetched = fetch(&chain, servers, Form::Minimal).await;
        assert!(fetched.is_ok(), "{fault:?}: {fetched:?}");
        assert!(!faulty.asked().is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn the_failure_of_a_single_server_is_reported_by_name() {
    let chain = chain();
    let failed = async |fault| {
        let faulty = DnsServer::recursive([&chain]).fault_always(fault).start().unwrap();
        fetch(&chain, [server("udp", &faulty)], Form::Minimal).await.unwrap_err()
    };
    for (fault, code) in [(ServerFault::ServerFailure, 2), (ServerFault::Refused, 5)] {
        match failed(fault).await {
            FetchError::NoAnswer { question, failures } => {
                let reasons: Vec<_> = failures.into_iter().map(|failure| failure.reason).collect();
                assert_eq!(reasons, [FailureReason::ResponseCode(ResponseCode(code))]);
                assert_eq!(question, txt());
            }
            other => panic!("{other:?}"),
        }
    }
    for (fault, counted) in [(ServerFault::Silent, 0), (ServerFault::OtherId, 1)] {
        match failed(fault).await {
            FetchError::NoAnswer { failures, .. } => {
                let reasons: Vec<_> = failures.into_iter().map(|failure| failure.reason).collect();
                let after = Duration::from_millis(500);
                assert_eq!(reasons, [FailureReason::TimedOut { after, passed_over: counted }]);
            }
            other => panic!("{other:?}"),
        }
    }
    match failed(ServerFault::WithoutSignatures).await {
        FetchError::SignaturesStripped { question, .. } => assert_eq!(question, txt()),
        other => panic!("{other:?}"),
    }
}
