//! The only place that draws randomness, beside the cryptographic library itself.

use crate::outcome::{Stop, UsageError};

/// Fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Stop> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| UsageError::new("the system provides no randomness; try again"))?;
    Ok(bytes)
}
