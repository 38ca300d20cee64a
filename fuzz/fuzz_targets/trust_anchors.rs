//! Trust anchors: in presentation format, comments, case and the order of lines make no difference.
//! A file in any format is written as XML that gives the same anchors.

#![no_main]

use kliento::TrustAnchors;
use libfuzzer_sys::fuzz_target;
use veraid_dnssec::crypto::rust_crypto::PROVIDER;
use veraid_trust_anchors::AnchorFile;

fuzz_target!(|data: &str| {
    file(data);
    presentation(data);
});

fn file(data: &str) {
    let Ok(file) = AnchorFile::read(data.as_bytes(), PROVIDER) else { return };
    assert!(file.entries().any(|entry| entry.skip_reason().is_none()));
    let xml = file.to_xml(data, PROVIDER);
    let again = AnchorFile::read(xml.as_bytes(), PROVIDER);
    // The written form is longer than the original, and may exceed the size limit of a file.
    let Ok(again) = again else { return assert!(xml.len() > AnchorFile::MAX_BYTES) };
    let known = |file: &AnchorFile| -> Vec<_> {
        let anchors = file.trust_anchors().iter();
        anchors.map(|anchor| (anchor.ds_rdata(PROVIDER), anchor.validity())).collect()
    };
    assert_eq!(known(&again), known(&file));
}

fn presentation(data: &str) {
    let Ok(anchors) = TrustAnchors::from_presentation(data) else { return };
    let tags: Vec<u16> = anchors.key_tags().collect();
    assert!(!tags.is_empty());
    let commented = format!("; nothing\n{data}\n ; . IN DS 1 8 2 00");
    assert_eq!(TrustAnchors::from_presentation(&commented).as_ref(), Ok(&anchors));
    let lines: Vec<&str> = data.lines().rev().collect();
    let reversed = TrustAnchors::from_presentation(&lines.join("\n")).expect("the same lines");
    assert!(reversed.key_tags().eq(tags.into_iter().rev()));
}
