//! The guide to systemd, in a separate systemd: booted in a container on a copy of this machine's
//! files, which is removed afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::children::{self, Folder};
use crate::guides::{commands_and_output, copy, expect_in_order};

/// Boots systemd on a writable view of all of the machine's files; changes stay in memory. Mounts
/// end with the namespace.
const MACHINE: &str = r#"
set -eu
mount -t tmpfs none machine
mkdir -p machine/root machine/work machine/changes/etc/systemd/system
cp guide.service machine/changes/etc/systemd/system/
mount -t overlay -o lowerdir=/,upperdir="$PWD/machine/changes",workdir="$PWD/machine/work" none machine/root
exec timeout --kill-after=5 100 systemd-nspawn --quiet --directory="$PWD/machine/root" --bind="$PWD:/guide" \
    --private-network --register=no --keep-unit --machine=kliento-guide --boot systemd.unit=guide.service
"#;

/// A unit that follows the guide and ends.
const UNIT: &str = "[Unit]
Requires=basic.target
After=basic.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
WorkingDirectory=/guide
ExecStart=/bin/bash /guide/script
StandardOutput=file:/guide/log
StandardError=inherit
";

/// Commands that show the service after it has verified something, and how it ends, in the form of
/// a guide.
const LOOK: &str = r#"
```console
$ curl --silent --output answer --unix-socket /run/kliento/verifier.sock --header "Authorization: $(cat token.header)" http://verifier/v1/auth
$ pid=$(systemctl show --property MainPID --value kliento-verifier)
$ stat --format 'user %U' /proc/$pid
user kliento-verifier
$ grep --extended-regexp '^(CapBnd|NoNewPrivs|Seccomp):' /proc/$pid/status
CapBnd:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
$ for thread in /proc/$pid/task/*; do
  case $(cat $thread/comm) in verify-0) echo nice $(cut --delimiter ' ' --fields 19 $thread/stat);; esac
  done
nice 10
$ systemctl stop kliento-verifier
$ systemctl show --property Result --property NRestarts --property ExecMainStatus kliento-verifier
Result=success
NRestarts=0
ExecMainStatus=0
```
"#;

/// Reports why systemd cannot be booted here.
fn skip(why: &str) {
    children::skip(&format!("the guide to systemd: {why}"), "KLIENTO_REQUIRE_SYSTEMD");
}

#[test]
fn the_guide_to_systemd_works() {
    if !Path::new("/usr/bin/systemd-nspawn").exists() {
        return skip("systemd-nspawn is not installed (Debian: systemd-container)");
    }
    if !rustix::process::geteuid().is_root() {
        return skip("booting it needs root");
    }
    let folder = Folder::new();
    let top = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    copy(&top.join("examples"), &folder.file("examples"), &[]);
    fs::create_dir_all(folder.file("target/release")).unwrap();
    fs::create_dir(folder.file("machine")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_kliento"), folder.file("target/release/kliento")).unwrap();
    let guide = fs::read_to_string(top.join("docs/deploy/systemd.md")).unwrap();
    let guide = guide + LOOK;
    let (script, expected) = commands_and_output(&guide);
    folder.write("script", script);
    folder.write("guide.service", UNIT);
    folder.write("machine.sh", MACHINE);

    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "bash", "machine.sh"]);
    let machine = command.current_dir(folder.path()).output().unwrap();
    let Ok(log) = fs::read_to_string(folder.file("log")) else {
        let told = String::from_utf8_lossy(&machine.stderr).into_owned();
        return skip(&format!("cannot boot a machine: {}", told.trim()));
    };
    expect_in_order(&log, expected);
}
