//! `kliento zone record`: the whole text of every form.

use crate::issuing::private_key;
use crate::key::KEY_ID;
use crate::support::{Folder, kliento};

const TEXT: &str = "1 SI2SUopsC9QIh/hyxBnvVBckNRuXbqFIeyil1lL+5/g= 86400 1.3.6.1.4.1.58708.3.0";

fn record(folder: &Folder, extra: &[&str]) -> String {
    let key = private_key(folder, "key.pem", 0);
    kliento(&[&["zone", "record", "--key", &key], extra].concat()).ok().stdout
}

#[test]
fn each_form_is_what_its_provider_accepts() {
    let folder = Folder::new("zone-forms");
    let write = |form| record(&folder, &["--org", "example.com", "--format", form]);
    assert_eq!(TEXT, format!("1 {KEY_ID} 86400 1.3.6.1.4.1.58708.3.0"));
    assert_eq!(write("raw"), format!("{TEXT}\n"));
    assert_eq!(write("bind"), format!("_veraid.example.com. 3600 IN TXT \"{TEXT}\"\n"));
    assert_eq!(record(&folder, &["--org", "example.com"]), write("bind"));
    assert_eq!(
        write("route53"),
        format!(
            r#"{{
  "Comment": "CREATE fails if the name already has TXT records: then list them all, and UPSERT",
  "Changes": [
    {{
      "Action": "CREATE",
      "ResourceRecordSet": {{
        "Name": "_veraid.example.com.",
        "Type": "TXT",
        "TTL": 3600,
        "ResourceRecords": [
          {{
            "Value": "\"{TEXT}\""
          }}
        ]
      }}
    }}
  ]
}}
"#
        )
    );
    assert_eq!(
        write("cloudflare"),
        format!(
            r#"{{
  "type": "TXT",
  "name": "_veraid.example.com",
  "content": "\"{TEXT}\"",
  "ttl": 3600
}}
"#
        )
    );
    assert_eq!(
        write("gcloud"),
        format!(
            "gcloud dns record-sets create _veraid.example.com. --zone=\"$MANAGED_ZONE\" --type=TXT --ttl=3600 --rrdatas='\"{TEXT}\"'\n"
        )
    );
    assert_eq!(
        write("terraform"),
        format!(
            r#"resource "aws_route53_record" "veraid" {{
  zone_id = var.zone_id
  name    = "_veraid.example.com"
  type    = "TXT"
  ttl     = 3600
  records = ["{TEXT}"]
}}

# For Cloudflare, which requires the quotes:
# resource "cloudflare_dns_record" "veraid" {{
#   zone_id = var.zone_id
#   name    = "_veraid.example.com"
#   type    = "TXT"
#   ttl     = 3600
#   content = "\"{TEXT}\""
# }}
"#
        )
    );
    assert_eq!(
        write("octodns"),
        format!("_veraid:\n  type: TXT\n  ttl: 3600\n  value: '{TEXT}'\n")
    );
    assert_eq!(write("dnscontrol"), format!("TXT(\"_veraid\", \"{TEXT}\", TTL(3600))\n"));
    assert_eq!(
        write("external-dns"),
        format!(
            "apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata:
  name: veraid.example.com
spec:
  endpoints:
    - dnsName: _veraid.example.com
      recordType: TXT
      recordTTL: 3600
      # Further records of the same name belong into these targets: objects of the same name would fight over it.
      targets:
        - '\"{TEXT}\"'
"
        )
    );
}

#[test]
fn objects_of_different_organisations_have_different_names() {
    let folder = Folder::new("zone-objects");
    for (organisation, profile, name) in [
        ("a-b.com", "veraid", "veraid.a-b.com"),
        ("a.b.com", "veraid", "veraid.a.b.com"),
        ("a.b.com", "domainauth", "domainauth.a.b.com"),
    ] {
        let extra = ["--org", organisation, "--profile", profile, "--format", "external-dns"];
        let yaml = record(&folder, &extra);
        assert!(yaml.contains(&format!("\nmetadata:\n  name: {name}\nspec:\n")), "{yaml}");
    }
}

#[test]
fn times_to_live_are_those_of_the_dns() {
    let folder = Folder::new("zone-ttl");
    let ttl = |seconds| record(&folder, &["--org", "example.com", "--dns-ttl", seconds]);
    assert_eq!(ttl("0"), format!("_veraid.example.com. 0 IN TXT \"{TEXT}\"\n"));
    let longest = format!("_veraid.example.com. 2147483647 IN TXT \"{TEXT}\"\n");
    assert_eq!(ttl("2147483647"), longest);
    let over = ["zone", "record", "--org", "example.com", "--key", "none"];
    kliento(&[&over[..], &["--dns-ttl", "2147483648"]].concat())
        .rejected(2, &["--dns-ttl", "2147483647"]);
}

#[test]
fn owners_are_relative_to_the_zone_of_deep_organisations() {
    let folder = Folder::new("zone-deep");
    let dnscontrol = |extra: &[&str]| {
        let deep = ["--org", "A.B.example.com.", "--format", "dnscontrol"];
        record(&folder, &[&deep, extra].concat())
    };
    for (extra, owner) in [
        (&[][..], "_veraid"),
        (&["--zone", "a.b.example.com"], "_veraid"),
        (&["--zone", "Example.com."], "_veraid.a.b"),
        (&["--zone", "com"], "_veraid.a.b.example"),
        (&["--profile", "domainauth", "--zone", "b.example.com"], "_domainauth.a"),
    ] {
        let start = format!("TXT(\"{owner}\", \"");
        assert!(dnscontrol(extra).starts_with(&start), "{extra:?}");
    }
    let bind = record(&folder, &["--org", "a.b.example.com", "--zone", "example.com"]);
    assert!(bind.starts_with("_veraid.a.b.example.com. 3600 IN TXT "), "{bind}");
}

#[test]
fn service_ttl_override_and_profile_go_into_the_text() {
    let folder = Folder::new("zone-text");
    let raw = |extra: &[&str]| {
        record(&folder, &[&["--org", "example.com", "--format", "raw"], extra].concat())
    };
    let id = KEY_ID.trim_end_matches('=');
    assert_eq!(raw(&["--any-service"]), format!("1 {KEY_ID} 86400\n"));
    assert_eq!(
        raw(&["--service", "1.2.3.4", "--ttl-override", "1"]),
        format!("1 {KEY_ID} 1 1.2.3.4\n")
    );
    assert_eq!(
        raw(&["--profile", "domainauth"]),
        format!("0 1 1 {id} 86400 1.3.6.1.4.1.58708.3.0\n")
    );
}

#[test]
fn records_that_verifiers_would_reject_are_rejected() {
    let folder = Folder::new("zone-bad");
    let key = private_key(&folder, "key.pem", 0);
    let refuse = |code, extra: &[&str], words: &[&str]| {
        kliento(&[&["zone", "record", "--key", &key], extra].concat()).rejected(code, words);
    };
    refuse(
        14,
        &["--org", "bücher.example"],
        &["error[KL5009]: invalid organisation name", "A-labels (xn--…)"],
    );
    refuse(14, &["--org", "a..b"], &["error[KL5009]"]);
    for seconds in ["0", "7776001"] {
        refuse(
            14,
            &["--org", "example.com", "--ttl-override", seconds],
            &["error[KL5010]", "give --ttl-override between 1 and 7776000"],
        );
    }
    for zone in ["example.org", "ample.com", "a.example.com"] {
        refuse(
            2,
            &["--org", "example.com", "--zone", zone],
            &["give --zone example.com or a domain"],
        );
    }
    refuse(
        2,
        &["--org", "example.com", "--service", "1.2.3", "--any-service"],
        &["cannot be used with"],
    );
    let long = format!("1.2.{}", ["340282366920938463463374607431768211455"; 6].join("."));
    refuse(
        2,
        &["--org", "example.com", "--service", &long],
        &["at most 255: give a shorter --service"],
    );
}
