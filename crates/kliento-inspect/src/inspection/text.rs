//! The text form of an inspection.

use std::fmt::Write;

use veraid_core::{CertificateRole, Proof};

use super::header_limits::{HEADER_LIMITS, HeaderScope};
use super::verdict::Verdict;
use super::view::{Links, Statements, View};
use super::{Inspection, Kind, timeline};
use crate::text::{
    algorithm_name, escape_for_terminal, grouped, line, write_claims, write_member, write_validity,
};

impl Inspection {
    /// The whole report as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = self.verdict_and_chain();
        if let Some(view) = &self.view {
            heading(&mut text, "timeline");
            let validity = self.verdict.validity();
            text.push_str(&timeline::draw(&view.windows, self.asked, validity, view.counted));
            write_sizes(&mut text, view);
            write_header_limits(&mut text, view);
        }
        text
    }

    /// The first half of the text: the verdict, the statements, and the chain from the root to the
    /// signature.
    #[must_use]
    pub fn verdict_and_chain(&self) -> String {
        let mut text = verdict(self);
        if let Some(view) = &self.view {
            if self.verdict.proof().is_none() {
                heading(&mut text, "contents of the bundle (UNVERIFIED)");
                write_statements(&mut text, &view.statements, self.kind);
            }
            write_chain(&mut text, view, &self.verdict);
        }
        text
    }

    /// The verdict, and the chain on one line, from the root to where it breaks.
    #[must_use]
    pub fn verdict_and_break(&self) -> String {
        let mut text = verdict(self);
        let (Some(view), Some(failure)) = (&self.view, self.failure()) else { return text };
        let mut parts: Vec<String> = Vec::new();
        for link in view.links.as_slice() {
            let zone = format!("zone {}", link.zone());
            if !parts.contains(&zone) {
                parts.push(zone);
            }
        }
        parts.extend(view.certificates.iter().map(|certificate| certificate.role.to_string()));
        parts.push(format!("✗ {}", failure.location().unwrap_or("here")));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n  {}", escape_for_terminal(&parts.join(" ─ ")));
        text
    }
}

fn heading(text: &mut String, heading: &str) {
    text.push('\n');
    text.push_str(heading);
    text.push('\n');
}

fn verdict(inspection: &Inspection) -> String {
    let mut text = String::new();
    match &inspection.verdict {
        Verdict::Token(token) => {
            text.push_str("VALID\n");
            write_member(&mut text, token.subject(), token.kind());
            let note = if inspection.is_for_checked { "" } else { "  (audience not checked)" };
            line(&mut text, "audience", &format!("{}{note}", token.audience()));
            write_claims(&mut text, token);
            line(&mut text, "profile", &token.profile().to_string());
            write_validity(&mut text, token.validity());
        }
        Verdict::Signature(signature) => {
            text.push_str("VALID\n");
            write_member(&mut text, signature.member(), signature.kind());
            let note = if inspection.is_for_checked { "" } else { "  (service not checked)" };
            line(&mut text, "service", &format!("{}{note}", signature.service()));
            line(&mut text, "profile", &signature.profile().to_string());
            write_validity(&mut text, signature.validity());
        }
        Verdict::Failed(failure, _) => {
            text.push_str(&failure.class().status().to_uppercase());
            text.push('\n');
            text.push_str(&failure.to_text());
            if inspection.view.is_some() && !inspection.is_for_checked {
                let _ = writeln!(text, "  {:<10}{} not checked", "note", inspection.kind.is_for());
            }
        }
        Verdict::Unverified => text.push_str("UNVERIFIED: nothing here is proved\n"),
    }
    text
}

fn write_statements(text: &mut String, statements: &Statements, kind: Kind) {
    let unreadable = || "unreadable".to_owned();
    line(text, "organisation", &statements.organisation.clone().unwrap_or_else(unreadable));
    line(text, "user", &statements.user.clone().unwrap_or_else(unreadable));
    line(text, "service", &statements.service.clone().unwrap_or_else(unreadable));
    let period = statements.signed_period.map_or_else(unreadable, |period| period.to_string());
    line(text, "signed for", &period);
    match (&statements.content, kind) {
        (None, _) => line(text, "content", "detached"),
        (Some(content), Kind::Token) => line(text, "content", &String::from_utf8_lossy(content)),
        (Some(content), Kind::Bundle) => {
            line(text, "content", &format!("{} bytes", grouped(content.len())));
        }
    }
}

/// The chain from the root to the signature, one zone below the other.
fn write_chain(text: &mut String, view: &View, verdict: &Verdict) {
    heading(
        text,
        match &view.links {
            Links::Proved(_) => "chain",
            Links::Hold(_) => {
                "chain (its DNSSEC part is valid; the certificates and the signature are UNVERIFIED)"
            }
            Links::AtAnotherTime(_) => {
                "chain (its DNSSEC part is valid, but not at the requested time)"
            }
            Links::Unproved => "chain (UNVERIFIED: the messages present)",
        },
    );
    let tags: Vec<_> = view.anchors.iter().map(ToString::to_string).collect();
    let mut tree = Tree { text, depth: 0 };
    tree.text.push_str(&format!("  trust anchors of the root: key tags {}\n", tags.join(", ")));
    let mut zone = None;
    for link in view.links.as_slice() {
        if zone != Some(link.zone()) {
            tree.descend(&format!("zone {}", link.zone()));
            zone = Some(link.zone());
        }
        tree.leaf(&format!(
            "{}  signed with key tag {}, {}",
            link.question(),
            link.key_tag(),
            algorithm_name(link.algorithm())
        ));
    }
    if let Links::Unproved = view.links {
        for (question, bytes) in &view.messages {
            let question =
                question.as_ref().map_or_else(|| "no answer".to_owned(), ToString::to_string);
            tree.leaf(&format!("{question}  {bytes} bytes"));
        }
    }
    for certificate in &view.certificates {
        match &certificate.name {
            Some(name) => tree.descend(&format!("{}: {name}", certificate.role)),
            None => tree.descend(&certificate.role.to_string()),
        }
        let is_foreign = |proof: &Proof| !proof.organisation_certificate_self_issued();
        if certificate.role == CertificateRole::Organisation
            && verdict.proof().is_some_and(is_foreign)
        {
            tree.leaf("someone else issued it");
        }
    }
    let service = view.statements.service.as_deref().unwrap_or("unreadable");
    match verdict {
        Verdict::Token(token) => tree.descend(&format!("signature: token of {}", token.subject())),
        Verdict::Signature(signature) => {
            let (service, member) = (signature.service(), signature.member());
            tree.descend(&format!("signature: for service {service}, of {member}"));
        }
        _ => tree.descend(&format!("signature: for service {service}")),
    }
}

/// A tree that only ever grows downwards.
struct Tree<'a> {
    text: &'a mut String,
    depth: usize,
}

impl Tree<'_> {
    fn descend(&mut self, label: &str) {
        self.write("└─ ", label);
        self.depth = self.depth.saturating_add(1);
    }

    fn leaf(&mut self, label: &str) {
        self.write("├─ ", label);
    }

    fn write(&mut self, branch: &str, label: &str) {
        let indent = "   ".repeat(self.depth);
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "  {indent}{branch}{}", escape_for_terminal(label));
    }
}

fn write_sizes(text: &mut String, view: &View) {
    heading(text, "sizes in bytes");
    for (part, bytes) in view.sizes.parts().into_iter().chain([("bundle", view.sizes.total)]) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {part:<26}{:>9}", grouped(bytes));
    }
}

fn write_header_limits(text: &mut String, view: &View) {
    heading(text, "header size and common limits");
    let Some(bytes) = view.header_bytes else {
        text.push_str("  the bundle is too large for a header\n");
        return;
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {:<32}{:>9}", "Authorization: Kliento …", grouped(bytes));
    for limit in HEADER_LIMITS {
        let scope = match limit.scope {
            HeaderScope::Line => "one line",
            HeaderScope::All => "all headers",
        };
        let note = match (limit.bytes.checked_sub(bytes), limit.scope) {
            (None, _) => "TOO LARGE".to_owned(),
            (Some(_), HeaderScope::Line) => "fits".to_owned(),
            (Some(left), HeaderScope::All) => format!("fits, {} left for others", grouped(left)),
        };
        let (server, most) = (limit.server, grouped(limit.bytes));
        let _ = writeln!(text, "  {server:<32}{most:>9}  {scope:<11}  {note}");
    }
}
