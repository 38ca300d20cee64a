//! Code shared by the fuzz targets: see README.md.

pub mod case;
pub mod chain;
pub mod content;
pub mod der;
pub mod mutate;
pub mod oracle;
pub mod stub;
pub mod vector;
pub mod verdict;
