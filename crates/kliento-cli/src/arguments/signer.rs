//! The signer: an organisation, or a member of it.

use std::path::PathBuf;
use std::sync::Arc;

use kliento::{Member, Profile, Timestamp, ValidityPeriod, Verifier};
use kliento_inspect::Failure;
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{
    MAX_VALIDITY_SECONDS, MemberIdBundle, OrganisationCredential, OrganisationName, ServiceOid,
    UserName,
};
use veraid_dnssec::DnssecChain;
use veraid_issuer::{CertificateUse, Organisation, PolicyError, SoftwareKey};

use crate::arguments::{SignerArguments, names, times, trust};
use crate::failure;
use crate::io::{certificates, input, keys};
use crate::outcome::{Stop, UsageError};

/// Everything that is needed to sign. The parts are read, and not proved yet.
pub(crate) struct Signer {
    pub(crate) key: Arc<SoftwareKey>,
    pub(crate) at: Timestamp,
    pub(crate) verifier: Verifier,
    pub(crate) identity: SigningIdentity,
}

/// The owner of the key that signs.
pub(crate) enum SigningIdentity {
    /// The organisation's; it signs on behalf of the user, or else of itself.
    Organisation(Box<OrganisationCredential>, Option<UserName>),
    /// A member's; it signs for itself.
    Member(Box<MemberIdBundle>),
    /// An intermediate's (DomainAuth); it signs on behalf of the user, or else of the organisation.
    Delegate(Box<MemberIdBundle>, Option<UserName>),
}

impl Signer {
    /// Reads the parts that the arguments name. If no organisation certificate is given, one is
    /// made for `period`.
    pub(crate) fn read(
        arguments: &SignerArguments,
        at: Timestamp,
        period: ValidityPeriod,
        service: &ServiceOid,
    ) -> Result<Self, Stop> {
        let user = arguments.user.as_deref().map(names::user).transpose()?;
        let organisation = arguments
            .organisation
            .as_deref()
            .map(|name| names::organisation(name, Profile::VeraId))
            .transpose()?;
        let verifier = trust::plain_verifier(&arguments.anchors)?;
        let key = keys::signing(&arguments.key)?;
        let chain = arguments.chain.as_deref().map(input::parsed_chain).transpose()?;
        let identity = if let Some(path) = &arguments.member_bundle {
            let bundle = with_chain(input::member_bundle(path)?, chain)?;
            let asked = ValidityPeriod::at(at);
            let verified = bundle
                .clone()
                .verify(service, asked, &verifier)
                .map_err(|error| Failure::bundle_invalid(&error, asked))?;
            check_organisation(verified.member(), organisation.as_ref())?;
            signing_with(Box::new(bundle), verified.member(), user, arguments.bot)?
        } else {
            let (Some(organisation), Some(chain)) = (organisation, chain) else {
                return Err(UsageError::new("give --org and --chain, or --member-bundle").into());
            };
            let id = organisation_credential(arguments, &organisation, chain, &key, period)?;
            SigningIdentity::Organisation(Box::new(id), user)
        };
        Ok(Self { key, at, verifier, identity })
    }
}

/// The files that the arguments name.
pub(crate) fn inputs(arguments: &SignerArguments) -> impl Iterator<Item = Option<&PathBuf>> {
    [
        Some(&arguments.key.file),
        arguments.key.passphrase_file.as_ref(),
        arguments.chain.as_ref(),
        arguments.org_cert.as_ref(),
        arguments.member_bundle.as_ref(),
        arguments.anchors.trust_anchors.as_ref(),
    ]
    .into_iter()
}

/// The instant to sign at.
pub(crate) fn instant(arguments: &SignerArguments) -> Timestamp {
    times::instant(arguments.at)
}

/// The bundle with a fresher chain, if there is one.
fn with_chain(
    bundle: MemberIdBundle,
    chain: Option<DnssecChain>,
) -> Result<MemberIdBundle, Failure> {
    let Some(chain) = chain else { return Ok(bundle) };
    OrganisationCredential::new(chain, bundle.organisation_certificate().clone())
        .and_then(|organisation| {
            MemberIdBundle::assemble(
                &organisation,
                bundle.member_certificate(),
                bundle.intermediates(),
            )
        })
        .map_err(|error| Failure::malformed(&error))
}

/// Checks that the organisation that the arguments name, if any, is the one that the bundle proves.
fn check_organisation(
    member: &Member,
    organisation: Option<&OrganisationName>,
) -> Result<(), Failure> {
    match organisation {
        Some(required) if required != member.organisation() => {
            Err(failure::policy(&PolicyError::OtherOrganisation {
                required: required.to_string(),
                found: member.organisation().to_string(),
            }))
        }
        _ => Ok(()),
    }
}

/// The identity to sign with: the bundle's member signs for itself, and an intermediate on behalf
/// of the user or organisation that the arguments name.
fn signing_with(
    bundle: Box<MemberIdBundle>,
    member: &Member,
    user: Option<UserName>,
    bot: bool,
) -> Result<SigningIdentity, UsageError> {
    let names_another =
        bot && member.user().is_some() || user.is_some() && user.as_ref() != member.user();
    if !names_another {
        return Ok(SigningIdentity::Member(bundle));
    }
    if bundle.profile() == Profile::DomainAuth && bundle.member_certificate().is_authority() {
        return Ok(SigningIdentity::Delegate(bundle, user));
    }
    let asked = user.map_or_else(
        || "--bot is given".to_owned(),
        |user| format!("--user is {}", kliento_inspect::text::escape_for_terminal(user.as_str())),
    );
    Err(UsageError::new(format!(
        "{asked}, but the member bundle is {member}'s, who is not an intermediate: leave out --user and --bot, or give another bundle"
    )))
}

fn organisation_credential(
    arguments: &SignerArguments,
    organisation: &OrganisationName,
    chain: DnssecChain,
    key: &Arc<SoftwareKey>,
    period: ValidityPeriod,
) -> Result<OrganisationCredential, Stop> {
    let certificate = if let Some(path) = &arguments.org_cert {
        let certificate = certificates::read(path)?;
        let name = certificate.common_name().unwrap_or_default();
        let found = names::organisation(name, Profile::VeraId)?;
        if found != *organisation {
            let (required, found) = (organisation.to_string(), found.to_string());
            return Err(failure::policy(&PolicyError::OtherOrganisation { required, found }).into());
        }
        certificate
    } else {
        let profile = organisation.profile_of(&chain);
        let failed = |error| failure::issue(&error, period);
        let issuer = Organisation::new(organisation.as_str(), profile, key.clone(), PROVIDER)
            .map_err(failed)?;
        // A certificate that outlives the signature would only be useful to whoever finds the key.
        // A period too long for a certificate is too long for the signature, which is reported
        // later.
        let end = period.end().min(period.start().saturating_add(MAX_VALIDITY_SECONDS));
        let validity = certificates::period(period.start(), end)?;
        let certificate_use = match profile {
            // Deployed verifiers reject others.
            Profile::VeraId => CertificateUse::default(),
            Profile::DomainAuth => CertificateUse::SignOnly,
        };
        let serial_number = certificates::serial_number()?;
        issuer.issue_certificate_for(certificate_use, validity, serial_number).map_err(failed)?
    };
    OrganisationCredential::new(chain, certificate)
        .map_err(|error| Failure::malformed(&error).into())
}
