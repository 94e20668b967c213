//! A state directory that is not there yet, or not there any more.

mod rig;
mod support;

use rig::{CONFIG, CONFIG_SAID, Modem, stored_settings};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::Scratch;

const OTHER: &str = "AT+MQTTCONFIG=other,1883,me,1,60";
const NOT_KEPT: &[&str] = &["+CME ERROR: 23"];

fn modem(directory: &Path) -> Modem {
    let mut modem = Modem::with_state(directory);
    modem.ok("AT+CMEE=1");
    modem
}

/// What is said at the start, with nothing to do.
fn said(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.arg("serve").arg("--stdio").args(arguments);
    let output = command.stdin(Stdio::null()).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// The modem begins anew, with its factory profile.
fn restarted(modem: &mut Modem) {
    assert_eq!(modem.line(), "RDY");
    modem.raw(b"ATE0\r");
    modem.until("OK");
}

#[test]
fn a_directory_that_comes_late_is_restored() {
    let scratch = Scratch::new();
    let disk = stored_settings(scratch.join("state"));
    // Nothing below a file can be opened, as below what is not mounted yet.
    let place = scratch.join("mount");
    fs::write(&place, "").unwrap();
    let mut modem = modem(&place.join("state"));
    modem.ask("AT+MQTTCONFIG?", NOT_KEPT);
    modem.ask(OTHER, NOT_KEPT);
    modem.ask("AT+MQTTCONNECT", NOT_KEPT);
    modem.ask("AT+MQTTPUB=\"t\",1,0,\"x\"", NOT_KEPT);
    modem.ask("AT&W", NOT_KEPT);
    modem.ask("AT+MQTTSTATE", &["+MQTTSTATE:0", "OK"]);
    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    fs::rename(disk, place.join("state")).unwrap();
    restarted(&mut modem);
    modem.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
    modem.ok(OTHER);
}

#[test]
fn what_the_configuration_says_waits_for_what_was_kept() {
    let scratch = Scratch::new();
    let file = scratch.join("mqmodem.toml");
    let text = "state_dir = \"mount/state\"\n[[modem]]\nport = { tcp = \"0\" }\n\
        [broker]\nhost = \"configured\"\nclient_id = \"m\"\n";
    fs::write(&file, text).unwrap();
    let place = scratch.join("mount");
    fs::write(&place, "").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(["serve", "--config", file.to_str().unwrap()]);
    let mut modem = Modem::of(command);
    modem.ok("AT+CMEE=1");
    modem.ask("AT+MQTTCONNECT", NOT_KEPT);
    fs::remove_file(&place).unwrap();
    restarted(&mut modem);
    let said = "+MQTTCONFIG:configured,1883,m,1,60,,";
    modem.ask("AT+MQTTCONFIG?", &[said, "OK"]);
}

/// Does something to the file of a modem that runs, and undoes it.
fn meanwhile(away: impl Fn(&Path), back: impl Fn(&Path)) {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let mut modem = modem(&directory);
    modem.ok(CONFIG);
    away(&directory);
    modem.ask(OTHER, NOT_KEPT);
    modem.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
    back(&directory);
    modem.ok(OTHER);
    modem.end(rustix::process::Signal::KILL);
    let mut after = self::modem(&directory);
    after.ask(
        "AT+MQTTCONFIG?",
        &["+MQTTCONFIG:other,1883,me,1,60,,", "OK"],
    );
}

#[test]
fn a_file_that_was_renamed_is_missed() {
    meanwhile(
        |at| fs::rename(at.join("state.redb"), at.join("away")).unwrap(),
        |at| fs::rename(at.join("away"), at.join("state.redb")).unwrap(),
    );
}

#[test]
fn a_file_that_was_replaced_is_missed() {
    meanwhile(
        |at| {
            fs::rename(at.join("state.redb"), at.join("away")).unwrap();
            fs::copy(at.join("away"), at.join("state.redb")).unwrap();
        },
        |at| fs::rename(at.join("away"), at.join("state.redb")).unwrap(),
    );
}

#[test]
fn a_directory_that_was_covered_is_missed() {
    meanwhile(
        |at| {
            fs::rename(at, at.with_extension("below")).unwrap();
            fs::create_dir(at).unwrap();
        },
        |at| {
            fs::remove_dir_all(at).unwrap();
            fs::rename(at.with_extension("below"), at).unwrap();
        },
    );
}

#[test]
fn a_file_that_was_removed_or_emptied_is_missed() {
    for harm in [
        |file: &Path| fs::remove_file(file).unwrap(),
        |file: &Path| fs::write(file, "").unwrap(),
    ] {
        let scratch = Scratch::new();
        let directory = scratch.join("state");
        let mut modem = modem(&directory);
        modem.ok(CONFIG);
        harm(&directory.join("state.redb"));
        modem.ask(OTHER, NOT_KEPT);
        modem.ask(OTHER, NOT_KEPT);
    }
}

#[test]
fn an_empty_file_is_put_aside_with_a_word() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("state.redb"), "").unwrap();
    let said = said(&["--state-dir", directory.to_str().unwrap()]);
    assert!(
        said.contains("is damaged (it is empty): it is now"),
        "{said}"
    );
    assert!(directory.join("state.redb.damaged-1").exists());
    // A new one is never empty, so that nothing is said of it.
    let said = self::said(&["--state-dir", directory.to_str().unwrap()]);
    assert_eq!(said, "");
}

#[test]
fn what_is_no_file_is_told_and_not_waited_for() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    fs::create_dir(&directory).unwrap();
    let pipe = directory.join("state.redb");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    let said = said(&["--state-dir", directory.to_str().unwrap()]);
    assert!(said.contains("it is no regular file"), "{said}");
}
