//! Selection of the answer (RFC 1034 section 4.3.2, RFC 4035 section 3.1).

use veraid_dnssec::{Name, Question, RecordType};

use super::catalogue::{A, Catalogue, NS, SOA, SignedRrset};

/// The role of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A resolver that knows everything.
    Recursive,
    /// The server of one zone.
    Authoritative(Name),
}

/// The status of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// NOERROR.
    NoError,
    /// NXDOMAIN.
    NoSuchName,
    /// REFUSED.
    Refused,
}

/// The contents of a response.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: Status,
    /// The AA flag.
    pub(super) is_authoritative: bool,
    pub(super) answers: Vec<SignedRrset>,
    pub(super) authority: Vec<SignedRrset>,
    pub(super) additional: Vec<SignedRrset>,
}

impl Answer {
    fn empty(status: Status) -> Self {
        Self {
            status,
            is_authoritative: false,
            answers: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
        }
    }

    /// The answer to `question`.
    pub(super) fn to(question: &Question, role: &Role, catalogue: &Catalogue) -> Self {
        match role {
            Role::Recursive => Self::recursive(question, catalogue),
            Role::Authoritative(zone) => Self::authoritative(question, zone, catalogue),
        }
    }

    fn recursive(question: &Question, catalogue: &Catalogue) -> Self {
        let zone = zone_that_answers(question, catalogue);
        zone.map_or_else(
            || Self::empty(Status::Refused),
            |zone| Self::from_zone(question, zone, catalogue),
        )
    }

    fn authoritative(question: &Question, zone: &Name, catalogue: &Catalogue) -> Self {
        if !question.name.is_at_or_below(zone) {
            return Self::empty(Status::Refused);
        }
        match catalogue.cut_between(zone, &question.name) {
            // The DS of a zone below belongs to this zone (RFC 4035 section 3.1.4.1).
            Some(cut) if *cut != question.name || question.record_type != RecordType::DS => {
                Self::referral(cut, catalogue)
            }
            _ => {
                let answer = Self::from_zone(question, zone, catalogue);
                Self { is_authoritative: true, ..answer }
            }
        }
    }

    /// Refers to the servers of the zone `cut`, whose NS and addresses the zone above does not sign
    /// (RFC 4035 section 3.1.4).
    fn referral(cut: &Name, catalogue: &Catalogue) -> Self {
        let get = |name: &Name, record_type| {
            catalogue.get(&Question { name: name.clone(), record_type }).cloned()
        };
        let unsigned = |signed: SignedRrset| SignedRrset { rrsigs: Vec::new(), ..signed };
        let servers = get(cut, NS).map(unsigned);
        let glue = cut.prepend(b"ns").and_then(|server| get(&server, A)).map(unsigned);
        Self {
            authority: servers.into_iter().chain(get(cut, RecordType::DS)).collect(),
            additional: glue.into_iter().collect(),
            ..Self::empty(Status::NoError)
        }
    }

    fn from_zone(question: &Question, zone: &Name, catalogue: &Catalogue) -> Self {
        let Question { name, record_type } = question;
        let get = |name: &Name, record_type: RecordType| {
            let question = Question { name: name.clone(), record_type };
            catalogue.get(&question).filter(|signed| signed.zone == *zone).cloned()
        };
        let found = get(name, *record_type).or_else(|| get(name, RecordType::CNAME));
        if let Some(signed) = found {
            return Self { answers: vec![signed], ..Self::empty(Status::NoError) };
        }
        let status = if catalogue.has_name(name) { Status::NoError } else { Status::NoSuchName };
        Self { authority: get(zone, SOA).into_iter().collect(), ..Self::empty(status) }
    }
}

/// The zone whose records answer `question`: for the DS of a zone, the zone above.
fn zone_that_answers<'a>(question: &Question, catalogue: &'a Catalogue) -> Option<&'a Name> {
    let mut names = question.name.from_root_down();
    if question.record_type == RecordType::DS && names.len() > 1 {
        names.pop();
    }
    catalogue.zone_of(&names.pop()?)
}
