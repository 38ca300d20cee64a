//! TXT records in the forms of DNS providers and their tools.
//!
//! Some add the quotes of the character-string themselves; others need them in the text, or they
//! split it at its spaces.

use clap::ValueEnum;
use serde::Serialize;
use veraid_core::OrganisationName;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// A line of a zone file (BIND, NSD, Knot).
    Bind,
    /// A change batch for `aws route53 change-resource-record-sets`.
    Route53,
    /// The body of a POST to Cloudflare's `dns_records`.
    Cloudflare,
    /// A `gcloud dns` command line.
    Gcloud,
    /// A Terraform or OpenTofu resource.
    Terraform,
    /// octoDNS YAML.
    Octodns,
    /// A DNSControl record.
    Dnscontrol,
    /// A DNSEndpoint of external-dns (Kubernetes).
    ExternalDns,
    /// Only the text of the record.
    Raw,
}

/// A TXT record with one character-string, which has neither quotes nor backslashes.
#[derive(Debug)]
pub(super) struct TxtRecord<'a> {
    /// Without the final dot.
    pub(super) owner: String,
    /// The owner as the zone file writes it.
    pub(super) relative_owner: String,
    pub(super) organisation: &'a OrganisationName,
    pub(super) ttl: u32,
    pub(super) text: String,
}

pub(super) fn write(record: &TxtRecord<'_>, format: RecordFormat) -> String {
    let TxtRecord { owner, relative_owner, organisation, ttl, text } = record;
    match format {
        RecordFormat::Bind => format!("{owner}. {ttl} IN TXT \"{text}\"\n"),
        RecordFormat::Route53 => route53(record),
        RecordFormat::Cloudflare => pretty(&CloudflareRecord {
            r#type: "TXT",
            name: owner,
            content: format!("\"{text}\""),
            ttl: *ttl,
        }),
        RecordFormat::Gcloud => format!(
            "gcloud dns record-sets create {owner}. --zone=\"$MANAGED_ZONE\" --type=TXT --ttl={ttl} --rrdatas='\"{text}\"'\n"
        ),
        RecordFormat::Terraform => terraform(record),
        RecordFormat::Octodns => {
            format!("{relative_owner}:\n  type: TXT\n  ttl: {ttl}\n  value: '{text}'\n")
        }
        RecordFormat::Dnscontrol => {
            format!("TXT(\"{relative_owner}\", \"{text}\", TTL({ttl}))\n")
        }
        RecordFormat::ExternalDns => format!(
            "apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata:
  name: {}.{organisation}
spec:
  endpoints:
    - dnsName: {owner}
      recordType: TXT
      recordTTL: {ttl}
      # Further records of the same name belong into these targets: objects of the same name would fight over it.
      targets:
        - '\"{text}\"'
",
            // The name of a Kubernetes object may contain dots (RFC 1123), and with hyphens instead
            // a-b.com and a.b.com would be the same.
            record.label()
        ),
        RecordFormat::Raw => format!("{text}\n"),
    }
}

impl TxtRecord<'_> {
    /// `veraid` or `domainauth`.
    fn label(&self) -> &str {
        let label = self.owner.split('.').next().unwrap_or_default();
        label.trim_start_matches('_')
    }
}

/// The body of Cloudflare's "Create DNS Record".
#[derive(Serialize)]
struct CloudflareRecord<'a> {
    r#type: &'static str,
    name: &'a str,
    content: String,
    ttl: u32,
}

/// Route 53's ChangeBatch.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeBatch {
    comment: &'static str,
    changes: [Change; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    action: &'static str,
    resource_record_set: ResourceRecordSet,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceRecordSet {
    name: String,
    r#type: &'static str,
    #[serde(rename = "TTL")]
    ttl: u32,
    resource_records: [ResourceRecord; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceRecord {
    value: String,
}

fn route53(record: &TxtRecord<'_>) -> String {
    pretty(&ChangeBatch {
        // UPSERT would silently drop the records of other keys.
        comment: "CREATE fails if the name already has TXT records: then list them all, and UPSERT",
        changes: [Change {
            action: "CREATE",
            resource_record_set: ResourceRecordSet {
                name: format!("{}.", record.owner),
                r#type: "TXT",
                ttl: record.ttl,
                resource_records: [ResourceRecord { value: format!("\"{}\"", record.text) }],
            },
        }],
    })
}

fn terraform(record: &TxtRecord<'_>) -> String {
    let TxtRecord { owner, ttl, text, .. } = record;
    let label = record.label();
    format!(
        r#"resource "aws_route53_record" "{label}" {{
  zone_id = var.zone_id
  name    = "{owner}"
  type    = "TXT"
  ttl     = {ttl}
  records = ["{text}"]
}}

# For Cloudflare, which requires the quotes:
# resource "cloudflare_dns_record" "{label}" {{
#   zone_id = var.zone_id
#   name    = "{owner}"
#   type    = "TXT"
#   ttl     = {ttl}
#   content = "\"{text}\""
# }}
"#
    )
}

/// JSON with indentation, for people.
fn pretty(value: &impl Serialize) -> String {
    // Strings and numbers always have a JSON form.
    format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default())
}
