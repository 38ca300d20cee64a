//! Signers and Unicode names in every response of the service, and a policy that requires a signer.

use std::collections::{BTreeMap, BTreeSet};

use http::HeaderName;
use kliento_verifier::identity_headers;
use serde_json::{Value, json};
use veraid_testkit::{Scenario, Signer};

use crate::http::Response;
use crate::running::{Running, TOKEN, kliento};

const AUDIENCE: &str = "audience=https%3A%2F%2Fapi.example.com";
const SIGNERS: [(&str, Signer); 2] =
    [("member", Signer::Member), ("organisation", Signer::Organisation)];

/// Alice's token by this signer.
fn alice_by(signer: Signer) -> Vec<u8> {
    Scenario::signed_by(signer).build_on(&TOKEN.chain).der
}

/// Returns the responses to a token from every HTTP route.
async fn answers(service: &Running, der: &[u8]) -> [Response; 4] {
    let header = kliento(der);
    let credentials = [("authorization", header.as_str())];
    [
        service.ask("POST", &format!("/?{AUDIENCE}"), &[], der).await,
        service.ask("POST", &format!("/v1/verify?{AUDIENCE}"), &[], der).await,
        service.ask("GET", &format!("/v1/auth?{AUDIENCE}"), &credentials, b"").await,
        service.ask("GET", "/v1/ext_authz/", &credentials, b"").await,
    ]
}

const CONFIGURED: &str = "audiences = [\"https://api.example.com\"]\n";

#[tokio::test]
async fn every_route_reports_the_signer() {
    let service = Running::with(CONFIGURED).await;
    for (name, signer) in SIGNERS {
        let [deployed, verify, auth, envoy] = answers(&service, &alice_by(signer)).await;
        assert_eq!((deployed.status, &deployed.json()["signer"]), (200, &json!(name)));
        assert_eq!((verify.status, &verify.json()["signer"]), (200, &json!(name)));
        for response in [auth, envoy] {
            assert_eq!((response.status, response.header("x-kliento-signer")), (200, Some(name)));
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn a_policy_on_signers_applies_on_every_route() {
    for (accepted, _) in SIGNERS {
        let toml = format!("{CONFIGURED}[policy]\nsigners = [\"{accepted}\"]");
        let service = Running::with(&toml).await;
        for (name, signer) in SIGNERS {
            let [deployed, verify, auth, envoy] = answers(&service, &alice_by(signer)).await;
            if name == accepted {
                for response in [deployed, verify, auth, envoy] {
                    assert_eq!(response.status, 200, "{response:?}");
                }
                continue;
            }
            let title = "The token is of a kind that is not accepted here";
            assert_eq!(deployed.json(), json!({ "status": "invalid", "error": title }));
            let problem = verify.json();
            assert_eq!((verify.status, &problem["class"]), (422, &json!("policy")));
            assert_eq!(problem["code"], "KL3050");
            for response in [auth, envoy] {
                let challenge = response.header("www-authenticate");
                assert_eq!((response.status, challenge), (401, Some("Kliento error=\"policy\"")));
                assert_eq!(response.header("x-kliento-subject"), None);
            }
        }
        service.stop().await;
    }
}

#[tokio::test]
async fn answers_in_json_have_names_in_unicode_and_headers_are_ascii() {
    let organisation = "xn--bcher-kva.example";
    let scenario = Scenario {
        organisation: organisation.into(),
        user: Some("zoë".into()),
        ..Scenario::default()
    };
    let bundle = scenario.build();
    assert_eq!(bundle.trust_anchors, TOKEN.trust_anchors);
    let service = Running::with(CONFIGURED).await;
    let [deployed, verify, auth, _] = answers(&service, &bundle.der).await;
    assert_eq!(deployed.json()["subject"], "zoë@xn--bcher-kva.example");
    assert_eq!(verify.json()["subject"], "zoë@xn--bcher-kva.example");
    assert_eq!(verify.json()["subjectUnicode"], "zoë@bücher.example");
    assert_eq!(verify.json()["organisation"], organisation);
    assert_eq!(verify.json()["organisationUnicode"], "bücher.example");
    assert_eq!(auth.header("x-kliento-organisation"), Some(organisation));
    assert_eq!(auth.header("x-kliento-subject"), Some("zo%C3%AB@xn--bcher-kva.example"));
    service.stop().await;
}

/// The members that the API's description requires of an object.
fn required(schema: &Value) -> BTreeSet<String> {
    let names = schema["required"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn members(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn the_description_names_the_members_and_headers_of_answers() {
    let service = Running::with(CONFIGURED).await;
    let description = service.ask("GET", "/openapi.json", &[], b"").await.json();
    let components = &description["components"];
    let [deployed, verify, auth, envoy] = answers(&service, &TOKEN.der).await;
    let schema = &components["schemas"]["DeployedVerdict"]["oneOf"][0];
    assert_eq!(members(&deployed.json()), required(schema));
    assert_eq!(members(&schema["properties"]), required(schema));
    let schema = &components["schemas"]["Identity"];
    assert_eq!(members(&verify.json()), required(schema));
    assert_eq!(members(&schema["properties"]), required(schema));
    assert_eq!(verify.json()["schema"], schema["properties"]["schema"]["const"]);
    let headers = members(&components["responses"]["LetIn"]["headers"]);
    let headers: BTreeSet<String> = headers.iter().map(|name| name.to_lowercase()).collect();
    let ours: BTreeSet<String> = identity_headers::ALL.iter().map(HeaderName::to_string).collect();
    let mut described = ours.clone();
    described.insert("x-request-id".to_owned());
    assert_eq!(headers, described);
    for response in [auth, envoy] {
        let found = ours.iter().filter(|name| response.header(name).is_some()).count();
        assert_eq!(found, ours.len());
    }
    service.stop().await;
}

#[tokio::test]
async fn the_description_names_each_status_and_its_media_type() {
    let service = Running::with("limits = { body_bytes = 30000, bodies_bytes = 60000 }").await;
    let description = service.ask("GET", "/openapi.json", &[], b"").await.json();
    let large = vec![0x30; 30_001];
    let der = &TOKEN.der[..];
    let mut seen = BTreeMap::<&str, BTreeSet<u16>>::new();
    for path in ["/", "/v1/verify"] {
        let target = format!("{path}?{AUDIENCE}");
        for (target, headers, content) in [
            (target.as_str(), &[][..], der),
            (path, &[], der),
            (&target, &[], &large),
            (&target, &[("content-type", "text/plain")], der),
            (&target, &[("content-encoding", "gzip")], der),
            (&target, &[], b"0"),
        ] {
            let response = service.ask("POST", target, headers, content).await;
            let status = response.status.to_string();
            let described = &description["paths"][path]["post"]["responses"][&status];
            let described = match described["$ref"].as_str() {
                Some(place) => description.pointer(place.strip_prefix('#').unwrap()).unwrap(),
                None => described,
            };
            let media_types = members(&described["content"]);
            let found = response.header("content-type").unwrap();
            assert_eq!(media_types, BTreeSet::from([found.to_owned()]), "{path} {status}");
            seen.entry(path).or_default().insert(response.status);
        }
    }
    assert_eq!(seen["/"], BTreeSet::from([200, 400, 413, 415]));
    assert_eq!(seen["/v1/verify"], BTreeSet::from([200, 400, 413, 415, 422]));
    service.stop().await;
}
