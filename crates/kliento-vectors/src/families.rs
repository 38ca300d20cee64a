//! All families of vectors.

use crate::vector::Vector;
use crate::{
    authorities, binding, bundle_limits, bundles, certificates, characters, dnssec,
    foreign_issuers, headers, hostile, key_records, limits, member_ids, names, root_roll,
    signed_data, tokens, windows,
};

/// The generated vectors of every family.
pub(crate) fn all() -> Vec<Vector> {
    [
        chains(),
        key_records::vectors(),
        key_records::answers::vectors(),
        key_records::registries::vectors(),
        certificates::vectors(),
        certificates::form::vectors(),
        signed_data::vectors(),
        signed_data::attribute::vectors(),
        names::vectors(),
        characters::vectors(),
        windows::vectors(),
        bundles::vectors(),
        tokens::vectors(),
        tokens::domainauth::vectors(),
        headers::vectors(),
        limits::vectors(),
        bundle_limits::vectors(),
        member_ids::vectors(),
        hostile::vectors(),
        binding::vectors(),
        foreign_issuers::vectors(),
        authorities::vectors(),
        root_roll::vectors(),
    ]
    .concat()
}

fn chains() -> Vec<Vector> {
    [
        dnssec::vectors(),
        dnssec::delegation::delegations(),
        dnssec::delegation::missing_links(),
        dnssec::delegation::keys(),
        dnssec::signature::signatures(),
        dnssec::signature::aliases(),
        dnssec::message::messages(),
        dnssec::message::wire_format(),
        dnssec::signature::times(),
        dnssec::data::data(),
        dnssec::hostile::hostile(),
        dnssec::periods::long_periods(),
        dnssec::compressed::compressed(),
        dnssec::root_roll::root_roll(),
    ]
    .concat()
}
