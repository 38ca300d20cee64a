//! Files, standard input and words for a shell.

pub(crate) mod certificates;
pub(crate) mod files;
pub(crate) mod input;
pub(crate) mod keys;
pub(crate) mod shell;
