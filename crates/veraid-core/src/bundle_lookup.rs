//! Cache lookups for one bundle.

use std::sync::Arc;

use veraid_dnssec::{ValidityPeriod, ValidityPeriods};

use crate::cache::{VerificationCache, key};
use crate::cache_entry::{BundleEntry, OrganisationEntry};
use crate::error::VerifyError;
use crate::oid::ServiceOid;
use crate::proved_organisation::ProvedOrganisation;
use crate::signature_bundle::{BundleKeys, SignatureBundle, organisation_fields};
use crate::verified_signature::VerifiedSignature;
use crate::verifier::Verifier;

/// A bundle and a service, for lookups in the verifier's cache.
#[derive(Clone, Copy)]
pub(crate) struct BundleLookup<'a> {
    bundle: &'a SignatureBundle,
    service: &'a ServiceOid,
    verifier: &'a Verifier,
    keys: BundleKeys,
}

impl<'a> BundleLookup<'a> {
    /// Creates the lookups. Detached `content` is not part of the bundle's bytes, so only the
    /// organisation can be cached then.
    pub(crate) fn new(
        bundle: &'a SignatureBundle,
        content: Option<&[u8]>,
        service: &'a ServiceOid,
        verifier: &'a Verifier,
    ) -> Self {
        let (cache, crypto) = (verifier.cache(), verifier.crypto());
        let whole = || {
            cache.and_then(VerificationCache::bundles).and_then(|_| key(bundle.as_der(), crypto))
        };
        let organisation = || {
            let fields = cache
                .and_then(VerificationCache::organisations)
                .zip(organisation_fields(bundle.as_der()));
            fields.and_then(|(_, fields)| key(fields, crypto))
        };
        let keys = BundleKeys {
            whole: if content.is_none() { bundle.keys.whole.or_else(whole) } else { None },
            organisation: bundle.keys.organisation.or_else(organisation),
        };
        Self { bundle, service, verifier, keys }
    }

    /// The cached result for the whole bundle.
    pub(crate) fn verdict(
        &self,
        period: ValidityPeriod,
    ) -> Option<Result<VerifiedSignature, VerifyError>> {
        let bundles = self.verifier.cache().and_then(VerificationCache::bundles)?;
        bundles.get(&self.keys.whole?)?.answer(self.service, period, self.verifier.policy())
    }

    /// The cached organisation, with its chain and key record proved.
    pub(crate) fn organisation(
        &self,
        period: ValidityPeriod,
    ) -> Option<Result<ProvedOrganisation, VerifyError>> {
        let organisations = self.verifier.cache().and_then(VerificationCache::organisations)?;
        organisations.get(&self.keys.organisation?)?.answer(
            self.service,
            period,
            self.verifier.policy(),
        )
    }

    /// Returns true if there is something to cache for `organisation` or its bundle.
    pub(crate) fn wants(&self, organisation: &ProvedOrganisation) -> bool {
        self.keys.whole.is_some() || (self.keys.organisation.is_some() && organisation.is_new())
    }

    /// Caches the results: the organisation as it was before its certificate was checked, and the
    /// whole bundle.
    pub(crate) fn insert(
        &self,
        organisation: ProvedOrganisation,
        certificates: ValidityPeriods,
        signature: &VerifiedSignature,
    ) {
        let Some(cache) = self.verifier.cache() else { return };
        let is_new = organisation.is_new();
        if let (Some(organisations), Some(key), true) =
            (cache.organisations(), self.keys.organisation, is_new)
        {
            let cache_entry = OrganisationEntry::new(
                Arc::clone(&self.bundle.head),
                self.bundle.head_deviations(),
                self.service.clone(),
                organisation.clone(),
            );
            organisations.insert(key, Arc::new(cache_entry));
        }
        if let (Some(bundles), Some(key)) = (cache.bundles(), self.keys.whole) {
            let service = self.service.clone();
            let cache_entry =
                BundleEntry::new(service, organisation, certificates, signature.clone());
            bundles.insert(key, Arc::new(cache_entry));
        }
    }
}
