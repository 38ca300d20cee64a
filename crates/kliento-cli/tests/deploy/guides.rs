//! The commands of docs/deploy, in the order in which a reader would type them, with other ports.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::children::{Folder, Running, find};
use crate::proxy::{free_address, with_ports};

/// The lines of a guide's `console` blocks as a script, and the output that it shows.
pub(crate) fn commands_and_output(guide: &str) -> (String, Vec<&str>) {
    let mut script = String::from("set -eu\n");
    let mut output = Vec::new();
    for block in guide.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap_or_default().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => script += &format!("{command}\n"),
                None if line.starts_with("  ") => script += &format!("{line}\n"),
                None => output.push(line),
            }
            // A reader takes longer to type the next command.
            if line.ends_with('&') {
                script += "sleep 2\n";
            }
        }
    }
    (script, output)
}

/// Runs a guide in a folder with copies of the examples, and compares its output with the output
/// that the guide shows.
fn follow(guide: &str, program: &str) {
    let Some(program) = find(program) else { return };
    let Some(bash) = find("bash") else { return };
    let folder = Folder::new();
    let ports = [8080, 3000, 3001, 9000].map(|port| (port, free_address()));
    let top = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    copy(&top.join("examples"), &folder.file("examples"), &ports);
    let guide = fs::read_to_string(top.join("docs/deploy").join(guide)).unwrap();
    let (script, expected) = commands_and_output(&guide);
    let script = folder.write("script", with_ports(&(script + "echo done\n"), &ports));

    let kliento = Path::new(env!("CARGO_BIN_EXE_kliento"));
    let own = [kliento.parent().unwrap().to_owned(), program.parent().unwrap().to_owned()];
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(own.into_iter().chain(env::split_paths(&path))).unwrap();
    let mut command = Command::new(bash);
    command.arg(script).current_dir(folder.path()).env("PATH", path).env("HOME", folder.path());
    let mut running = Running::start(&mut command, folder.file("log"));
    let log = running.wait_for(|log| log.ends_with("done\n").then(|| log.to_owned()));
    let expected: Vec<String> = expected.iter().map(|line| with_ports(line, &ports)).collect();
    expect_in_order(&log, expected.iter().map(String::as_str));
}

/// Asserts that all of `expected` are lines of the output, in this order; others may be between
/// them.
pub(crate) fn expect_in_order<'a>(log: &str, expected: impl IntoIterator<Item = &'a str>) {
    let mut printed = log.lines();
    for line in expected {
        assert!(
            printed.any(|printed| printed == line),
            "{line:?} is not printed in its place:\n{log}"
        );
    }
}

pub(crate) fn copy(from: &Path, to: &Path, ports: &[(u16, std::net::SocketAddr)]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target, ports);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(target, with_ports(&text, ports)).unwrap();
        }
    }
}

#[test]
fn the_guide_to_nginx_works() {
    follow("nginx.md", "nginx");
}

#[test]
fn the_guide_to_haproxy_works() {
    follow("haproxy.md", "haproxy");
}

#[test]
fn the_guide_to_caddy_works() {
    follow("caddy.md", "caddy");
}

#[test]
fn the_guide_to_envoy_works() {
    follow("envoy.md", "envoy");
}

#[test]
fn the_guide_to_traefik_works() {
    follow("traefik.md", "traefik");
}
