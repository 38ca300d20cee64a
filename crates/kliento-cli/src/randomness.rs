//! The only place that draws randomness, beside the cryptographic library itself.

use crate::outcome::{Stop, UsageError};

/// Fresh random bytes.
pub(crate) fn octets<const N: usize>() -> Result<[u8; N], Stop> {
    let mut octets = [0; N];
    aws_lc_rs::rand::fill(&mut octets)
        .map_err(|_| UsageError::new("the system gives no randomness; try again"))?;
    Ok(octets)
}
