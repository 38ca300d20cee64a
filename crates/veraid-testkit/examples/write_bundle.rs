//! Writes the parts of the default bundle into the folder named by the first argument, for
//! inspection with other tools.

use std::path::PathBuf;

use veraid_testkit::{Encapsulation, Scenario, Signer, TestProfile};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| ".".into()));
    let scenarios = [
        ("member", Scenario::default()),
        ("organisation", Scenario::signed_by(Signer::Organisation)),
        ("domainauth", Scenario { user: None, ..Scenario::of(TestProfile::DomainAuth) }),
        (
            "chunked",
            Scenario { encapsulation: Encapsulation::Constructed(16), ..Scenario::default() },
        ),
    ];
    for (name, scenario) in scenarios {
        let bundle = scenario.build();
        std::fs::write(folder.join(format!("{name}.bundle.der")), &bundle.der)?;
        std::fs::write(folder.join(format!("{name}.cms.der")), &bundle.content_info)?;
        std::fs::write(
            folder.join(format!("{name}.organisation.der")),
            &bundle.organisation_certificate,
        )?;
        if let Some(certificate) = &bundle.member_certificate {
            std::fs::write(folder.join(format!("{name}.member.der")), certificate)?;
        }
        std::fs::write(folder.join(format!("{name}.anchors")), &bundle.trust_anchors)?;
    }
    Ok(())
}
