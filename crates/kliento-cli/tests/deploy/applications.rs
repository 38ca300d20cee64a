//! Real applications behind the proxies: Express, Flask under gunicorn, PHP, and a CGI program
//! under lighttpd.
//!
//! Packages of npm and pip are expected in the folder that `KLIENTO_APPLICATIONS` names, or else in
//! `target/applications`.

#![allow(non_upper_case_globals, reason = "tests are named after applications")]

use std::env;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::children::{Folder, Running, find, find_file};
use crate::proxy::free_address;

/// An application: its program, and how it is started to listen on a port.
pub(crate) struct Application {
    program: fn() -> Option<PathBuf>,
    command: fn(&mut Command, &Folder, SocketAddr),
}

pub(crate) const express: Application = Application {
    program: || {
        find_file(&installed("node_modules/express/package.json"))?;
        find("node")
    },
    command: |command, _, address| {
        command.env("NODE_PATH", installed("node_modules"));
        command.arg(sources().join("express.cjs")).arg(address.port().to_string());
    },
};

pub(crate) const flask: Application = Application {
    program: || find_file(&installed("python/bin/gunicorn")),
    command: |command, _, address| {
        command.arg("--bind").arg(address.to_string()).arg("--chdir").arg(sources());
        command.args(["--limit-request-field_size", "65536", "--no-control-socket"]);
        // The behaviour of gunicorn before it dropped names with underscores.
        command.args(["--header-map", "dangerous", "flask_application:app"]);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
    },
};

pub(crate) const php: Application = Application {
    program: || find("php"),
    command: |command, _, address| {
        command.arg("-S").arg(address.to_string()).arg("-t").arg(sources().join("php"));
    },
};

pub(crate) const cgi: Application = Application {
    program: || find("lighttpd"),
    command: |command, folder, address| {
        let source = std::fs::read(sources().join("identity.cgi")).unwrap();
        folder.write("identity.cgi", source);
        command.arg("-D").arg("-f").arg(sources().join("lighttpd.conf"));
        command.env("FOLDER", folder.path()).env("PORT", address.port().to_string());
    },
};

/// An application that runs for one test.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    _running: Running,
    _folder: Folder,
}

impl Application {
    /// Starts the application; `None` if it is not installed.
    pub(crate) fn start(&self) -> Option<Served> {
        let program = (self.program)()?;
        let (folder, address) = (Folder::new(), free_address());
        let mut command = Command::new(program);
        (self.command)(&mut command, &folder, address);
        let mut running = Running::start(&mut command, folder.file("application.log"));
        running.wait_for(|_| TcpStream::connect(address).ok());
        Some(Served { address, _running: running, _folder: folder })
    }
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deploy/applications")
}

fn installed(path: &str) -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/applications");
    env::var_os("KLIENTO_APPLICATIONS").map_or_else(default, PathBuf::from).join(path)
}
