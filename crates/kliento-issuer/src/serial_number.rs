//! Serial numbers of certificates.

/// The serial number of a certificate: 16 bytes, positive and minimal (RFC 5280 section 4.1.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialNumber([u8; 16]);

impl SerialNumber {
    /// Creates a serial number from 16 random bytes. Draw fresh ones for each certificate: issuer
    /// and serial number distinguish certificates.
    #[must_use]
    pub const fn from_random(mut octets: [u8; 16]) -> Self {
        // The first two bits are 0 and 1: the number is positive, and no leading byte is redundant.
        octets[0] = octets[0] & 0x3F | 0x40;
        Self(octets)
    }

    /// The contents of the INTEGER.
    pub(crate) const fn as_octets(&self) -> &[u8] {
        &self.0
    }
}
