//! Fetching chains.

use std::fmt;

use veraid_core::{OrganisationName, Profile};
use veraid_dnssec::{ChainVerifier, DnssecChain, Limits, Question, Timestamp, ValidityPeriod};

use crate::error::FetchError;
use crate::fetched_chain::{FetchedChain, Form};
use crate::options::{OptionsError, ResolverOptions};
use crate::pruning::minimal_messages;
use crate::server::ResolverAddress;
use crate::session::Session;
use crate::tls::TlsClient;
use crate::walk::{ChainWalk, climb};

/// Fetches chains from recursive resolvers, and verifies them.
///
/// Servers are asked in turn until one answers. A server without DNSSEC is skipped; otherwise an
/// answer is final, whether it is then valid or not.
///
/// Each fetch opens its own connections and closes them at its end. It asks at most as many
/// questions as its verifier allows messages
/// ([`Limits::messages`](veraid_dnssec::Limits::messages)), again for each skipped server, and each
/// takes at most servers × tries × timeout. For a total time limit, drop the future.
#[derive(Clone)]
pub struct Resolver {
    options: ResolverOptions,
    verifier: ChainVerifier,
    tls: TlsClient,
}

impl Resolver {
    /// Creates a resolver that verifies chains with `verifier`.
    ///
    /// # Errors
    ///
    /// [`OptionsError`] if a certificate among the TLS roots is invalid.
    pub fn new(
        mut options: ResolverOptions,
        verifier: ChainVerifier,
    ) -> Result<Self, OptionsError> {
        if options.servers.is_empty() {
            options.servers = ResolverAddress::defaults();
        }
        let tls = TlsClient::new(&options)?;
        Ok(Self { options, verifier, tls })
    }

    /// The servers, in the order in which they are asked.
    #[must_use]
    pub fn servers(&self) -> &[ResolverAddress] {
        &self.options.servers
    }

    /// Fetches the chain that proves the key records of `organisation` under `profile`, and
    /// verifies it at `now`.
    ///
    /// Under DomainAuth, RRSIGs of more than 90 days are rejected, as its verifiers do.
    ///
    /// # Errors
    ///
    /// [`FetchError`] with the missing link and how to fix it.
    pub async fn fetch(
        &self,
        organisation: &OrganisationName,
        profile: Profile,
        form: Form,
        now: Timestamp,
    ) -> Result<FetchedChain, FetchError> {
        let question = organisation.key_record_question(profile).ok_or_else(|| {
            FetchError::NameTooLong { organisation: organisation.clone(), label: profile.label() }
        })?;
        let verifier = profile.cap_signatures(self.verifier.clone());
        self.fetch_proved(&question, form, now, &verifier).await
    }

    /// Fetches the chain that proves any records, and verifies it at `now`.
    ///
    /// In the [minimal form](Form::Minimal), the response with the records themselves is unchanged
    /// if they are of a type whose data may have compressed names (RFC 3597 section 4), such as MX.
    ///
    /// # Errors
    ///
    /// [`FetchError`] with the missing link and how to fix it.
    pub async fn fetch_records(
        &self,
        question: &Question,
        form: Form,
        now: Timestamp,
    ) -> Result<FetchedChain, FetchError> {
        self.fetch_proved(question, form, now, &self.verifier).await
    }

    async fn fetch_proved(
        &self,
        question: &Question,
        form: Form,
        now: Timestamp,
        verifier: &ChainVerifier,
    ) -> Result<FetchedChain, FetchError> {
        let limits = verifier.limits();
        let ChainWalk { links, zones } = self.climb(question, limits).await?;
        let messages: Vec<Vec<u8>> = match form {
            Form::Minimal => minimal_messages(&links, now, verifier),
            Form::Full => links.iter().map(|(_, response)| response.octets().to_vec()).collect(),
        };
        let chain = DnssecChain::parse_within(messages.iter().map(Vec::as_slice), limits)
            .map_err(FetchError::Malformed)?;
        let at = ValidityPeriod::at(now);
        let records = chain.verify(question, at, verifier).map_err(FetchError::NotProved)?;
        let ttls = links.iter().flat_map(|(question, response)| response.rrset(question));
        Ok(FetchedChain {
            smallest_ttl_seconds: ttls.map(|record| record.ttl).min().unwrap_or(0),
            // Records that are proved at an instant are valid at it.
            validity: records.validity().run_around(now).unwrap_or(at),
            fetched_at: now,
            crypto: verifier.crypto(),
            messages,
            records,
            zones,
        })
    }
}

impl Resolver {
    /// Climbs from `question` to the root, skipping servers that omit signatures while there are
    /// others.
    async fn climb(&self, question: &Question, limits: &Limits) -> Result<ChainWalk, FetchError> {
        let mut options = self.options.clone();
        loop {
            let session = Session::new(&options, &self.tls, limits.messages);
            match climb(&session, question, limits.zone_cuts).await {
                Err(FetchError::SignaturesStripped { server, .. })
                    if options.servers.iter().any(|other| *other != server) =>
                {
                    options.servers.retain(|other| *other != server);
                }
                climbed => return climbed,
            }
        }
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("options", &self.options).finish_non_exhaustive()
    }
}
