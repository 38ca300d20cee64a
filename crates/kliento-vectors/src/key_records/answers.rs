//! Forms of records, and numbers of answers, that only look like key records.

use super::*;

pub(crate) fn vectors() -> Vec<Vector> {
    PROFILES.into_iter().flat_map(answers).collect()
}

fn answers(profile: TestProfile) -> Vec<Vector> {
    let mut vectors = vec![
        vary(
            "key-record",
            "records-in-two-messages",
            "Two messages answer the question for key records with the same records.",
            SELECTION,
            &member(profile),
            &Customisation::new().chain(|chain| {
                let mut again = chain.messages.last().unwrap().clone();
                // Another message id, which is not part of the signed data.
                again[1] ^= 1;
                chain.messages.push(again);
            }),
        )
        .invalid(2006),
    ];
    if profile == VeraId {
        // A key id type before the key id, which VeraId's web page shows and no implementation of
        // it reads.
        vectors.push(with_records(
            profile,
            "record-form-of-web-page",
            "A digest type precedes the key id.",
            TXT,
            vec![one("1 1 KEY 3600", VeraId)],
            2150,
        ));
    }
    vectors
}
