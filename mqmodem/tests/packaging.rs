//! What a distribution installs beside the program.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use support::Scratch;

fn packaged(name: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join("packaging").join(name)).unwrap()
}

#[test]
fn the_service_is_one_systemd_takes() {
    let unit = packaged("mqmodem.service");
    for line in [
        "User=mqmodem",
        "SupplementaryGroups=dialout",
        "StateDirectory=mqmodem",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "Restart=on-failure",
        "ExecReload=/bin/kill -HUP $MAINPID",
    ] {
        assert!(unit.lines().any(|of| of == line), "{line}");
    }
    // It is to be run from where it is built.
    let unit = unit.replace("/usr/bin/mqmodem", env!("CARGO_BIN_EXE_mqmodem"));
    let scratch = Scratch::new();
    let file = scratch.join("mqmodem.service");
    fs::write(&file, unit).unwrap();
    let verify = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(file)
        .output();
    // Not every machine has systemd; the lines above are looked at on all.
    if let Ok(output) = verify {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
    }
}

#[test]
fn the_service_runs_what_the_program_takes() {
    let unit = packaged("mqmodem.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let mut words = start.unwrap().split(' ');
    assert_eq!(words.next(), Some("/usr/bin/mqmodem"));
    let words: Vec<_> = words.collect();
    assert_eq!(words, ["serve", "--config", "/etc/mqmodem/mqmodem.toml"]);
    let help = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .args(["serve", "--help"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("--config <FILE>"));
}

#[test]
fn the_user_of_the_service_may_use_serial_devices() {
    let users = packaged("mqmodem.sysusers");
    assert!(users.contains("\nu mqmodem ") && users.contains("\nm mqmodem dialout"));
}

#[test]
fn adapters_are_kept_from_modemmanager() {
    let rules = packaged("99-mqmodem.rules");
    let lines: Vec<_> = rules
        .lines()
        .filter(|line| line.starts_with("SUBSYSTEM"))
        .collect();
    assert!(lines[0].contains("ENV{ID_MM_PORT_IGNORE}=\"1\""));
    assert!(lines[1].contains("SYMLINK+=\"mqmodem/"));
}
