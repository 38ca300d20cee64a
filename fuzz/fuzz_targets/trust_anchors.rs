//! Trust anchors in presentation format: comments and case mean nothing, the order of lines neither.

#![no_main]

use kliento::TrustAnchors;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let Ok(anchors) = TrustAnchors::from_presentation(data) else { return };
    let tags: Vec<u16> = anchors.key_tags().collect();
    assert!(!tags.is_empty());
    let commented = format!("; nothing\n{data}\n ; . IN DS 1 8 2 00");
    assert_eq!(TrustAnchors::from_presentation(&commented).as_ref(), Ok(&anchors));
    let lines: Vec<&str> = data.lines().rev().collect();
    let reversed = TrustAnchors::from_presentation(&lines.join("\n")).expect("the same lines");
    assert!(reversed.key_tags().eq(tags.into_iter().rev()));
});
