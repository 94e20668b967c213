//! What a distribution installs beside the program.

mod support;

use mqmodem::observe::metrics::Metrics;
use serde_json::Value;
use std::collections::BTreeSet;
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

/// The names of metrics in a text: words of letters and `_` that begin so.
fn metric_names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|it: char| !it.is_ascii_lowercase() && it != '_');
    words.filter(|word| word.starts_with("mqmodem_")).collect()
}

#[test]
fn the_dashboard_asks_for_what_the_metrics_have_and_shows_all_of_it() {
    let page = Metrics::default().page();
    let declared = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let declared: BTreeSet<_> = declared.map(|it| it.split(' ').next().unwrap()).collect();
    let dashboard: Value = serde_json::from_str(&packaged("grafana/mqmodem.json")).unwrap();
    let mut asked = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let names = metric_names(target["expr"].as_str().unwrap());
            assert!(!names.is_empty(), "{target}");
            asked.extend(
                names
                    .into_iter()
                    .map(|name| name.trim_end_matches("_bucket")),
            );
        }
    }
    assert_eq!(asked, declared);
    let labels = dashboard["templating"]["list"][1]["query"].as_str();
    assert_eq!(labels, Some("label_values(mqmodem_modems, instance)"));
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
