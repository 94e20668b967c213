//! What the program keeps in a state directory, and what it does with a bad one.

mod pki;
mod rig;
mod support;

use redb::ReadableTable;
use rig::{CONFIG, CONFIG_SAID, Modem, stored_settings};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use support::Scratch;

fn modem(directory: &Path) -> Modem {
    Modem::with_state(directory)
}

fn mqmodem(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(arguments).output().unwrap()
}

/// What is shown of the state.
fn shown(directory: &Path) -> String {
    let output = mqmodem(&["state", directory.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_was_answered_ok_outlives_kill_9() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let authority = pki::Authority::new();
    let (certificate, key) = authority.client();
    let mut before = modem(&directory);
    before.ok(CONFIG);
    before.load(0, &authority.pem);
    before.load(1, &certificate);
    before.load(2, &key);
    before.ok("ATE0+CMEE=1;&W");
    before.end(rustix::process::Signal::KILL);
    let mut after = modem(&directory);
    after.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
    after.ask("AT+MQTTTLS?", &["+MQTTTLS:1", "OK"]);
    after.ask("AT+CMEE?", &["+CMEE: 1", "OK"]);
    let shown = shown(&directory);
    for part in [
        "root         1 certificate, SHA-256 ",
        "certificate  1 cert",
        "key          a private key, PKCS #8",
        "password ***",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!shown.contains("hunter2"));
}

#[test]
fn what_was_erased_stays_erased() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let mut before = modem(&directory);
    before.load(0, &pki::Authority::new().pem);
    before.ok("AT+MQTTTLS=1,0,\"\",0");
    before.end(rustix::process::Signal::KILL);
    assert!(shown(&directory).contains("root         erased"));
    let mut after = modem(&directory);
    after.ask("AT+MQTTTLS?", &["+MQTTTLS:1", "OK"]);
}

#[test]
fn only_the_owner_can_read_it() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = directory.join("state.redb");
    assert_eq!((mode(&directory), mode(&file)), (0o700, 0o600));
    // One that was copied carelessly is closed again.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    drop(modem(&directory));
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn a_file_damaged_after_a_crash_starts() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    start_with_damage(&directory);
}

#[test]
fn a_file_damaged_after_an_orderly_end_starts() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    modem(&directory).end(rustix::process::Signal::TERM);
    start_with_damage(&directory);
}

/// Cuts and garbles the file at many places; each time the modem starts, with
/// what was kept or without, and keeps again.
fn start_with_damage(directory: &Path) {
    let file = directory.join("state.redb");
    let whole = fs::read(&file).unwrap();
    let mut restored = 0;
    for at in (0..whole.len()).step_by(whole.len() / 24) {
        let mut garbled = whole.clone();
        for byte in garbled.iter_mut().skip(at).take(300) {
            *byte ^= 0x5a;
        }
        for damaged in [&garbled[..], &whole[..at]] {
            fs::write(&file, damaged).unwrap();
            let mut modem = modem(directory);
            modem.raw(b"AT+MQTTCONFIG?\r");
            let said = modem.line();
            restored += usize::from(said == CONFIG_SAID);
            let empty = "+MQTTCONFIG:,,,,,,";
            assert!([CONFIG_SAID, empty].contains(&&*said), "{at}: {said}");
            modem.expect("OK");
            modem.ok(CONFIG);
        }
    }
    assert!(restored > 0, "damage to unused pages is harmless");
    assert!(directory.join("state.redb.damaged-2").exists());
}

#[test]
fn a_file_that_could_not_be_written_is_written_again() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    let doubtful = directory.join("state.redb.doubtful");
    fs::write(&doubtful, "").unwrap();
    let mut modem = modem(&directory);
    modem.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
    assert!(!doubtful.exists());
}

/// A file that lost its end, as after a crash of the file system.
#[test]
fn a_file_cut_after_kill_9_is_intact() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    let file = directory.join("state.redb");
    let whole = fs::read(&file).unwrap();
    for missing in [1, 100, 4095, 4096, 8000] {
        fs::write(&file, &whole[..whole.len() - missing]).unwrap();
        assert!(shown(&directory).contains("broker:1883"), "{missing}");
        let mut modem = modem(&directory);
        modem.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
        modem.end(rustix::process::Signal::KILL);
    }
    assert!(!directory.join("state.redb.damaged-1").exists());
}

#[test]
fn a_value_that_cannot_be_used_is_left_out_alone() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    write(&directory, ("tcp 0", "tls 0"), &[7]);
    write(&directory, ("tcp 0", "toaster 0"), &[1]);
    assert!(shown(&directory).contains("tls          1 bytes"));
    let mut modem = modem(&directory);
    modem.ask("AT+MQTTTLS?", &["+MQTTTLS:0", "OK"]);
    modem.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
}

fn write(directory: &Path, key: (&str, &str), bytes: &[u8]) {
    let database = redb::Database::open(directory.join("state.redb")).unwrap();
    let write = database.begin_write().unwrap();
    let values = redb::TableDefinition::<(&str, &str), &[u8]>::new("values");
    write
        .open_table(values)
        .unwrap()
        .insert(key, bytes)
        .unwrap();
    write.commit().unwrap();
}

/// The version in a state file, once it was set to another one, if it is.
fn version(directory: &Path, set: Option<u64>) -> u64 {
    let database = redb::Database::open(directory.join("state.redb")).unwrap();
    let write = database.begin_write().unwrap();
    let meta = redb::TableDefinition::<&str, u64>::new("meta");
    let mut table = write.open_table(meta).unwrap();
    if let Some(version) = set {
        table.insert("version", version).unwrap();
    }
    let version = table.get("version").unwrap().unwrap().value();
    drop(table);
    write.commit().unwrap();
    version
}

/// A program that does not know the records of today must not go on without them.
#[test]
fn what_an_older_version_wrote_is_the_present_one_after_a_change() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    let present = version(&directory, None);
    version(&directory, Some(1));
    let path = directory.to_str().unwrap();
    assert!(mqmodem(&["state", path]).status.success());
    assert_eq!(
        version(&directory, None),
        1,
        "looking at it changes nothing"
    );
    stored_settings(scratch.join("state"));
    assert_eq!(version(&directory, None), present);
}

#[test]
fn what_a_newer_version_wrote_is_refused() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    let newer = version(&directory, None) + 1;
    version(&directory, Some(newer));
    for command in [
        &[
            "serve",
            "--stdio",
            "--state-dir",
            directory.to_str().unwrap(),
        ][..],
        &["state", directory.to_str().unwrap()],
    ] {
        let output = mqmodem(command);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("a newer mqmodem wrote it"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_directory_serves_one_process() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let mut modem = modem(&directory);
    let output = mqmodem(&[
        "serve",
        "--stdio",
        "--state-dir",
        directory.to_str().unwrap(),
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("stop the other mqmodem"), "{said}");
    // It can be looked at all the same.
    modem.ok(CONFIG);
    assert!(shown(&directory).contains("broker:1883"));
}

#[test]
fn a_disk_that_cannot_be_written_fails_only_what_needs_it() {
    let scratch = Scratch::new();
    let directory = stored_settings(scratch.join("state"));
    // No file may grow or be written: to the program the disk is full.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" serve --tcp 0 --state-dir \"$1\"";
    let mut full = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_mqmodem");
    full.args(["-c", script, program, directory.to_str().unwrap()]);
    let mut modem = Modem::of(full);
    modem.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
    modem.ok("AT+CMEE=1");
    modem.ask("AT+MQTTCONFIG=other,1883,me,1,60", &["+CME ERROR: 23"]);
    modem.ask("AT+MQTTCONFIG?", &[CONFIG_SAID, "OK"]);
}

#[test]
fn modems_are_kept_apart_by_their_names() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    for name in ["one", "two"] {
        let state = directory.to_str().unwrap();
        let mut modem = Modem::with(&["--state-dir", state, "--name", name]);
        modem.ask("AT+MQTTCONFIG?", &["+MQTTCONFIG:,,,,,,", "OK"]);
        modem.ok(CONFIG);
        modem.end(rustix::process::Signal::TERM);
    }
    let shown = shown(&directory);
    assert!(shown.starts_with("one\n  settings "), "{shown}");
    assert!(shown.contains("\ntwo\n  settings "), "{shown}");
}

#[test]
fn looking_at_nothing_is_told() {
    let scratch = Scratch::new();
    let output = mqmodem(&["state", scratch.path().to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("check the name"), "{said}");
    // No state is an empty file: this one was emptied.
    fs::write(scratch.join("state.redb"), "").unwrap();
    let output = mqmodem(&["state", scratch.path().to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("it is damaged: it is empty"), "{said}");
}

/// What a connect over TLS will fail for is told when the modem starts.
#[test]
fn a_kept_client_certificate_that_does_not_fit_its_key_is_told_at_the_start() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let authority = pki::Authority::new();
    let (certificate, _) = authority.client();
    let (_, key) = authority.client();
    let mut before = modem(&directory);
    before.load(1, &certificate);
    before.load(2, &key);
    before.end(rustix::process::Signal::TERM);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(["serve", "--tcp", "0", "--state-dir"]);
    command.arg(&directory);
    command.stderr(fs::File::create(scratch.join("log")).unwrap());
    Modem::of(command).end(rustix::process::Signal::TERM);
    let said = fs::read_to_string(scratch.join("log")).unwrap();
    let why = "the client key does not belong to the client certificate";
    assert!(said.contains(why), "{said}");
}
