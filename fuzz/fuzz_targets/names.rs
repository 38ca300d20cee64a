//! Names of organisations and users: an accepted name is accepted again in the form in which it is
//! shown.

#![no_main]

use kliento::Profile;
use libfuzzer_sys::fuzz_target;
use veraid_core::{OrganisationName, ServiceOid, UserName};

fuzz_target!(|data: &str| {
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        let dot = if profile == Profile::DomainAuth { "." } else { "" };
        if let Ok(name) = OrganisationName::from_common_name(data, profile) {
            let shown = format!("{}{dot}", name.as_str());
            assert_eq!(OrganisationName::from_common_name(&shown, profile), Ok(name.clone()));
            assert!(name.as_str().is_ascii() && !name.as_unicode().is_empty());
            let question = name.key_record_question(profile).expect("room for the label");
            assert!(question.name.as_wire().len() <= 255);
        }
        if let Ok(name) = UserName::new(data, profile) {
            assert_eq!(name.as_str(), data);
            assert!(!name.as_str().contains('@') && name.as_str().len() <= UserName::MAX_BYTES);
        }
    }
    if let Ok(service) = data.parse::<ServiceOid>() {
        assert_eq!(service.to_string(), data);
        assert_eq!(ServiceOid::from_bytes(service.as_bytes()), Some(service));
    }
});
