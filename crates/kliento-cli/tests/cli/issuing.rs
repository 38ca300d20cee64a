//! The prerequisites of issuing: an organisation's key, and a chain that has its record.

use veraid_testkit::RsaKey;

use crate::support::{AT, Folder, kliento};

pub(crate) const AUDIENCE: &str = "https://api.example.com";

/// `example.com` with the public test key number 0 in a throw-away zone that is signed around `AT`.
pub(crate) struct Organisation {
    pub(crate) folder: Folder,
    pub(crate) profile: &'static str,
    pub(crate) key: String,
    pub(crate) chain: String,
    pub(crate) anchors: String,
}

impl Organisation {
    pub(crate) fn new(test: &str, profile: &'static str) -> Self {
        Self::with_record(test, profile, &[])
    }

    /// Makes an organisation with more arguments for `zone record`.
    pub(crate) fn with_record(test: &str, profile: &'static str, extra: &[&str]) -> Self {
        let folder = Folder::new(test);
        let key = private_key(&folder, "org.pem", 0);
        let (chain, anchors) = (folder.path("dev/chain.der"), folder.path("dev/trust-anchors.ds"));
        let organisation = Self { folder, profile, key, chain, anchors };
        organisation.make_zone("example.com", extra, AT);
        organisation
    }

    /// Replaces the zone with one for `name`, signed around `at`.
    pub(crate) fn make_zone(&self, name: &str, extra: &[&str], at: &str) {
        let (key, profile) = (&self.key, self.profile);
        let record = [
            "zone",
            "record",
            "--org",
            name,
            "--key",
            key,
            "--profile",
            profile,
            "--format",
            "raw",
        ];
        let record = kliento(&[&record, extra].concat()).ok().stdout;
        let (txt, out) = (record.trim_end(), self.folder.path("dev"));
        kliento(&[
            "dev",
            "zone",
            "--org",
            name,
            "--txt",
            txt,
            "--profile",
            profile,
            "--at",
            at,
            "--out",
            &out,
            "--force",
        ])
        .ok();
    }

    /// The arguments with which the organisation signs.
    pub(crate) fn signer(&self) -> Vec<&str> {
        let mut arguments = vec!["--org", "example.com", "--key", &self.key];
        arguments.extend(["--chain", &self.chain, "--at", AT, "--trust-anchors", &self.anchors]);
        arguments
    }

    /// Issues the certificates of the organisation and of a member with the key number `index`, and
    /// assembles the member's bundle.
    pub(crate) fn member_bundle(&self, member: &[&str], index: usize) -> (String, String) {
        self.bundle_of(member, index, "0")
    }

    fn bundle_of(&self, member: &[&str], index: usize, levels: &str) -> (String, String) {
        let certificate = self.certificate_with(&["--intermediate-levels", levels]);
        let member_key = private_key(&self.folder, &format!("member-{index}.pem"), index);
        let member_certificate = self.folder.path(&format!("member-{index}.crt"));
        let arguments = [
            "member",
            "cert",
            "--org-cert",
            &certificate,
            "--key",
            &self.key,
            "--member-key",
            &member_key,
            "--from",
            AT,
            "--days",
            "20",
            "--out",
            &member_certificate,
        ];
        kliento(&[&arguments, member].concat()).ok();
        let bundle = self.folder.path(&format!("member-{index}.bundle"));
        kliento(&[
            "member",
            "bundle",
            "--org-cert",
            &certificate,
            "--member-cert",
            &member_certificate,
            "--chain",
            &self.chain,
            "--at",
            AT,
            "--trust-anchors",
            &self.anchors,
            "--out",
            &bundle,
        ])
        .ok();
        (bundle, member_key)
    }

    /// Issues the organisation's certificate, for 30 days from a day before `AT`.
    pub(crate) fn certificate(&self) -> String {
        self.certificate_with(&[])
    }

    /// Issues the organisation's certificate with more arguments for `org cert`.
    pub(crate) fn certificate_with(&self, extra: &[&str]) -> String {
        let path = self.folder.path("org.crt");
        let arguments = [
            "org",
            "cert",
            "--org",
            "example.com",
            "--key",
            &self.key,
            "--profile",
            self.profile,
            "--from",
            "2026-11-21T12:00:00Z",
            "--days",
            "30",
            "--out",
            &path,
            "--force",
        ];
        kliento(&[&arguments, extra].concat()).ok();
        path
    }

    /// Issues the certificate of an intermediate with the key number `index`, with `levels` of
    /// others below it, and assembles its bundle. The organisation's certificate must allow one
    /// level more.
    pub(crate) fn intermediate_bundle(
        &self,
        name: &str,
        index: usize,
        levels: &str,
    ) -> (String, String) {
        self.bundle_of(&["--user", name, "--intermediate", levels], index, "3")
    }
}

/// The public test key number `index` as a private key file.
pub(crate) fn private_key(folder: &Folder, name: &str, index: usize) -> String {
    let der = folder.secret("key.der", RsaKey::fixed(2048, index).pkcs8_der());
    let path = folder.path(name);
    kliento(&["key", "import", &der, "--out", &path, "--force"]).ok();
    path
}
