//! Runs the vectors to collect their errors.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use kliento_conformance::builtin::{self, QueryError};
use kliento_conformance::discover;
use veraid_aws_lc_rs::PROVIDER;

/// An error by its enum, `crate::Enum`, and its Debug text.
pub(crate) struct Met {
    pub(crate) type_name: String,
    pub(crate) debug: String,
}

/// The errors for which vectors are rejected; other tests check that they are the right ones.
pub(crate) fn errors() -> Vec<Met> {
    let vectors = discover(&root()).unwrap_or_else(|error| panic!("{error}"));
    let refusals =
        vectors.iter().filter_map(|(_, vector)| builtin::verify(&vector.question, PROVIDER).err());
    refusals
        .map(|refusal| match refusal {
            QueryError::TokenMalformed(error) => met(&error),
            QueryError::Malformed(error) => met(&error),
            QueryError::TokenInvalid(error) => met(&error),
            QueryError::BundleInvalid(error) => met(&error),
            QueryError::ChainInvalid(error) => met(&error),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors")
}

fn met<E: Debug>(error: &E) -> Met {
    let path = std::any::type_name::<E>();
    let krate = path.split("::").next().unwrap();
    let name = path.rsplit("::").next().unwrap();
    Met { type_name: format!("{krate}::{name}"), debug: format!("{error:?}") }
}
