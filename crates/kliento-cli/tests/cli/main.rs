//! Runs the built binary over files and looks at exit code, standard output and standard error.

mod bundle_and_chain_verify;
mod demo;
mod explain;
mod guide;
mod inspect;
#[cfg(unix)]
mod streams;
mod support;
mod token_verify;
