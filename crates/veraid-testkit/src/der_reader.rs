//! Takes apart DER that this crate wrote.

/// The encodings inside a constructed one.
///
/// # Panics
///
/// If `der` is not DER as [`der_writer`](crate::der_writer) makes it.
#[must_use]
pub fn children(der: &[u8]) -> Vec<&[u8]> {
    let mut rest = contents(der);
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let (header, body) = header_and_body_lengths(rest);
        let (element, tail) = rest.split_at(header + body);
        elements.push(element);
        rest = tail;
    }
    elements
}

/// The contents of an element, after its tag and length.
///
/// # Panics
///
/// If `der` is not DER as [`der_writer`](crate::der_writer) makes it.
#[must_use]
pub fn contents(der: &[u8]) -> &[u8] {
    let (header, body) = header_and_body_lengths(der);
    &der[header..header + body]
}

fn header_and_body_lengths(der: &[u8]) -> (usize, usize) {
    match der[1] {
        short @ 0..0x80 => (2, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7F);
            let body =
                der[2..2 + count].iter().fold(0, |sum, &octet| (sum << 8) | usize::from(octet));
            (2 + count, body)
        }
    }
}

/// The parts of a certificate that other structures refer to, in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateParts {
    /// The contents of the serial number's INTEGER.
    pub serial: Vec<u8>,
    /// The issuer's Name.
    pub issuer: Vec<u8>,
    /// The subject's Name.
    pub subject: Vec<u8>,
    /// The SubjectPublicKeyInfo.
    pub subject_public_key_info: Vec<u8>,
}

impl CertificateParts {
    /// Reads the parts of a certificate that [`CertificateBuilder`](crate::CertificateBuilder)
    /// made.
    ///
    /// # Panics
    ///
    /// If `certificate` is not such a certificate.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        let tbs_certificate = children(certificate)[0];
        let fields = children(tbs_certificate);
        // The version is absent in certificates of version 1.
        let fields = if fields[0][0] == 0xA0 { &fields[1..] } else { &fields[..] };
        Self {
            serial: contents(fields[0]).to_vec(),
            issuer: fields[2].to_vec(),
            subject: fields[4].to_vec(),
            subject_public_key_info: fields[5].to_vec(),
        }
    }
}
