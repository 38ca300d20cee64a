//! Serial numbers of certificates.

/// The serial number of a certificate: 16 bytes, positive and minimal (RFC 5280 section 4.1.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialNumber([u8; 16]);

impl SerialNumber {
    /// Creates a serial number from 16 random bytes. Draw fresh ones for each certificate: issuer
    /// and serial number distinguish certificates.
    #[must_use]
    pub const fn from_random(mut bytes: [u8; 16]) -> Self {
        // The first two bits are 0 and 1: the number is positive, and no leading byte is redundant.
        bytes[0] = bytes[0] & 0x3F | 0x40;
        Self(bytes)
    }

    /// The contents of the INTEGER.
    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
