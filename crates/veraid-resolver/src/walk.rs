//! The walk from a name up to the root, from zone cut to zone cut.

use veraid_dnssec::{Limit, Name, Question, RecordType};

use crate::error::{FetchError, ResponseCode};
use crate::response::Response;
use crate::session::{ServerAnswer, Session};

/// The responses that prove an RRset, not verified yet.
#[derive(Debug)]
pub(crate) struct ChainWalk {
    /// The answer itself, then DNSKEY and DS of each zone, up to the root's DNSKEY.
    pub(crate) links: Vec<(Question, Response)>,
    /// The zones from that of the RRset to the root.
    pub(crate) zones: Vec<Name>,
}

/// Asks `question` and climbs from the zone that signs the answer to the root.
///
/// An RRSIG names the zone that its RRset is in, and a DS is in the parent zone (RFC 4035 section
/// 2.4). So each answer gives the next zone, whatever labels lie between. It is verified later,
/// with everything else.
pub(crate) async fn climb(
    session: &Session<'_>,
    question: &Question,
    max_zone_cuts: usize,
) -> Result<ChainWalk, FetchError> {
    let answer = session.ask(question).await?;
    refuse_aliases(&answer.response, question)?;
    if !answer.response.has_answer(question) {
        return Err(match answer.response.code() {
            ResponseCode::NX_DOMAIN => FetchError::NoSuchName { question: question.clone() },
            _ => FetchError::NoRecords { question: question.clone() },
        });
    }
    let mut zone = signer(session, &answer, question, &question.name).await?;
    let mut walk =
        ChainWalk { links: vec![(question.clone(), answer.response)], zones: Vec::new() };
    loop {
        let dnskey = Question { name: zone.clone(), record_type: RecordType::DNSKEY };
        if zone.is_root() {
            let keys = ask_dnskey(session, &dnskey).await?;
            walk.push(dnskey, keys);
            walk.zones.push(zone);
            return Ok(walk);
        }
        if walk.zones.len() >= max_zone_cuts {
            return Err(FetchError::LimitExceeded(Limit::ZoneCuts));
        }
        let ds = Question { name: zone.clone(), record_type: RecordType::DS };
        // Both at once, to save a round trip.
        let (keys, delegation) = tokio::join!(ask_dnskey(session, &dnskey), ask_ds(session, &ds));
        let delegation = delegation?;
        let parent = signer_of_ds(session, &delegation, &ds).await?;
        walk.push(dnskey, keys?);
        walk.push(ds, delegation.response);
        walk.zones.push(std::mem::replace(&mut zone, parent));
    }
}

impl ChainWalk {
    /// Adds a link, unless it is the answer to the original question.
    fn push(&mut self, question: Question, response: Response) {
        if self.links.iter().all(|(known, _)| *known != question) {
            self.links.push((question, response));
        }
    }
}

async fn ask_dnskey(session: &Session<'_>, question: &Question) -> Result<Response, FetchError> {
    let answer = session.ask(question).await?;
    if !answer.response.has_answer(question) {
        return Err(FetchError::NoDnskey { zone: question.name.clone() });
    }
    if answer.response.signers(question).is_empty() {
        if question.name.is_root() {
            let (server, question) = (answer.server.clone(), question.clone());
            return Err(FetchError::SignaturesStripped { server, question });
        }
        return Err(unsigned(session, &answer, question, &question.name).await);
    }
    Ok(answer.response)
}

async fn ask_ds<'a>(
    session: &Session<'a>,
    question: &Question,
) -> Result<ServerAnswer<'a>, FetchError> {
    let answer = session.ask(question).await?;
    if answer.response.has_answer(question) {
        return Ok(answer);
    }
    // The denial comes from the parent zone; if it does not name that zone, the name above is used.
    let zone = question.name.clone();
    let denied_by = answer.response.zone_of_soa().filter(|soa| is_below(&zone, soa));
    let parent = denied_by.cloned().unwrap_or_else(|| above(&zone));
    Err(FetchError::NoDs { zone, parent })
}

/// The zone that signs a DS: the parent, so a name above the zone.
async fn signer_of_ds(
    session: &Session<'_>,
    answer: &ServerAnswer<'_>,
    question: &Question,
) -> Result<Name, FetchError> {
    let parent = signer(session, answer, question, &above(&question.name)).await?;
    if is_below(&question.name, &parent) {
        Ok(parent)
    } else {
        Err(FetchError::OtherSigner { question: question.clone(), signer: parent })
    }
}

/// The zone that signs an answer; `held_by` is in the zone that should.
async fn signer(
    session: &Session<'_>,
    answer: &ServerAnswer<'_>,
    question: &Question,
    held_by: &Name,
) -> Result<Name, FetchError> {
    match answer.response.signers(question).as_slice() {
        [] => Err(unsigned(session, answer, question, held_by).await),
        [signer] if question.name.is_at_or_below(signer) => Ok(signer.clone()),
        [signer] => {
            Err(FetchError::OtherSigner { question: question.clone(), signer: signer.clone() })
        }
        // A server may send any number of signers; a few are enough for the error.
        signers => Err(FetchError::SeveralSigners {
            question: question.clone(),
            signers: signers.iter().take(MAX_SIGNERS_TOLD).cloned().collect(),
        }),
    }
}

const MAX_SIGNERS_TOLD: usize = 8;

/// The reason that an answer has no signature: the zone is not signed, or the server omits
/// signatures.
async fn unsigned(
    session: &Session<'_>,
    answer: &ServerAnswer<'_>,
    question: &Question,
    held_by: &Name,
) -> FetchError {
    const SOA: RecordType = RecordType::new(6);
    let root_keys = Question { name: Name::root(), record_type: RecordType::DNSKEY };
    let soa = Question { name: held_by.clone(), record_type: SOA };
    // The root is signed, so a server that omits signatures there omits them everywhere.
    if let Ok(root) = session.ask(&root_keys).await
        && root.server == answer.server
        && root.response.signers(&root_keys).is_empty()
    {
        let (server, question) = (answer.server.clone(), question.clone());
        return FetchError::SignaturesStripped { server, question };
    }
    let zone = match session.ask(&soa).await {
        Ok(soa) => soa.response.zone_of_soa().filter(|zone| held_by.is_at_or_below(zone)).cloned(),
        Err(_) => None,
    };
    FetchError::UnsignedZone {
        zone: zone.unwrap_or_else(|| held_by.clone()),
        question: question.clone(),
    }
}

/// Rejects an alias: only the owner's own zone may speak for a name.
fn refuse_aliases(response: &Response, question: &Question) -> Result<(), FetchError> {
    let alias = response.answers().iter().find(|record| {
        let sends_elsewhere = match record.record_type {
            RecordType::CNAME => record.owner == question.name,
            RecordType::DNAME => question.name.is_at_or_below(&record.owner),
            _ => false,
        };
        sends_elsewhere && record.record_type != question.record_type
    });
    match alias {
        Some(record) => Err(FetchError::Alias {
            question: question.clone(),
            owner: record.owner.clone(),
            record_type: record.record_type,
        }),
        None => Ok(()),
    }
}

fn is_below(name: &Name, ancestor: &Name) -> bool {
    name != ancestor && name.is_at_or_below(ancestor)
}

/// The name without its leftmost label; for the root, the root itself.
fn above(name: &Name) -> Name {
    let mut names = name.from_root_down();
    names.pop();
    names.pop().unwrap_or_else(Name::root)
}
