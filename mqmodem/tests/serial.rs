//! A host on a serial device. A pseudo-terminal stands in for the device: it
//! can be pulled and has a speed, but no control lines and no other formats.
#![cfg(target_os = "linux")]

mod support;

use mqmodem::Shared;
use mqmodem::port::Label;
use mqmodem::port::serial::{DEFAULT, SerialDevice};
use mqmodem_core::{Config, Serial};
use rustix::fs::{FlockOperation, flock};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::tcgetattr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Modem, PATIENCE, Scratch, Told, drive};

/// The host's end of the cable.
struct Cable {
    host: File,
    device: PathBuf,
}

impl Cable {
    fn new() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let device = ptsname(&master, Vec::new()).unwrap();
        Self {
            host: master.into(),
            device: PathBuf::from(device.into_string().unwrap()),
        }
    }

    /// A cable at this name, in place of the one before.
    fn plugged_in(link: &Path) -> Self {
        let cable = Self::new();
        let _ = std::fs::remove_file(link);
        symlink(&cable.device, link).unwrap();
        cable
    }

    fn modem(&self) -> Modem {
        drive(SerialDevice::open(&self.device, slow()).unwrap())
    }

    fn speed(&self) -> u32 {
        tcgetattr(&self.host).unwrap().output_speed()
    }

    async fn hear(&self, want: &[u8]) {
        let mut host = self.host.try_clone().unwrap();
        let mut buf = vec![0; want.len()];
        let reading = tokio::task::spawn_blocking(move || host.read_exact(&mut buf).map(|()| buf));
        let read = tokio::time::timeout(PATIENCE, reading).await;
        let got = read.expect("an answer in time").unwrap().unwrap();
        assert!(got == want, "{}", got.escape_ascii());
    }
}

fn slow() -> Serial {
    Serial {
        baud: 9600,
        ..DEFAULT
    }
}

#[tokio::test]
async fn every_byte_passes_in_both_directions() {
    let mut cable = Cable::new();
    let mut modem = cable.modem();
    modem.expect(Told::Came).await;
    let all: Vec<u8> = (0..=255).collect();
    cable.host.write_all(&all).unwrap();
    modem.expect_bytes(&all).await;
    modem.say(&all);
    cable.hear(&all).await;
    assert_eq!(modem.turns_while_idle().await, 0);
}

#[tokio::test]
async fn a_device_that_was_pulled_is_opened_again() {
    let scratch = Scratch::new();
    let link = scratch.join("device");
    let mut cable = Cable::plugged_in(&link);
    let mut modem = drive(SerialDevice::open(&link, slow()).unwrap());
    modem.expect(Told::Came).await;
    let fast = Serial {
        baud: 57_600,
        ..DEFAULT
    };
    modem.switch(fast);
    modem.say(b"before");
    cable.hear(b"before").await;
    for _ in 0..2 {
        drop(cable);
        modem.expect(Told::Gone).await;
        modem.say(b"for no one");
        modem.turns_while_idle().await;
        cable = Cable::plugged_in(&link);
        modem.expect(Told::Came).await;
        assert_eq!(cable.speed(), 57_600);
        modem.say(b"fresh");
        cable.hear(b"fresh").await;
        cable.host.write_all(b"AT\r").unwrap();
        modem.expect_bytes(b"AT\r").await;
    }
}

#[tokio::test]
async fn one_program_has_the_device_at_a_time() {
    let cable = Cable::new();
    let first = SerialDevice::open(&cable.device, slow()).unwrap();
    let busy = SerialDevice::open(&cable.device, slow()).unwrap_err();
    assert_eq!(busy.kind(), std::io::ErrorKind::ResourceBusy);
    drop(first);
    let slave = File::open(&cable.device).unwrap();
    flock(&slave, FlockOperation::LockExclusive).unwrap();
    let device = cable.device.to_str().unwrap();
    assert!(refused(device).contains("stop the program that uses it"));
    flock(&slave, FlockOperation::Unlock).unwrap();
    SerialDevice::open(&cable.device, slow()).unwrap();
}

#[tokio::test]
async fn a_format_the_device_does_not_know_is_refused() {
    let cable = Cable::new();
    let device = format!("{},9600,7E1", cable.device.display());
    assert!(refused(&device).contains("choose another"));
}

/// What the program says before it ends.
fn refused(device: &str) -> String {
    let serve = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .args(["serve", "--serial", device])
        .output()
        .unwrap();
    let said = String::from_utf8(serve.stderr).unwrap();
    assert_eq!(serve.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[tokio::test]
async fn what_is_said_after_a_switch_goes_out_at_the_new_speed() {
    let cable = Cable::new();
    let mut modem = cable.modem();
    modem.expect(Told::Came).await;
    assert_eq!(cable.speed(), 9600);
    modem.say(b"\r\nOK\r\n");
    modem.switch(Serial {
        baud: 115_200,
        ..DEFAULT
    });
    modem.say(b"later");
    cable.hear(b"\r\nOK\r\nlater").await;
    assert_eq!(cable.speed(), 115_200);
    // A speed of 0 leaves it as it is.
    modem.switch(Serial { baud: 0, ..DEFAULT });
    modem.say(b"again");
    cable.hear(b"again").await;
    assert_eq!(cable.speed(), 115_200);
}

#[tokio::test]
async fn a_modem_changes_its_speed_behind_its_answer() {
    let mut cable = Cable::new();
    let port = SerialDevice::open(&cable.device, slow()).unwrap();
    let modems = Shared::default();
    let driver = modems.driver(Box::new(port), Label::new("it"), Config::default());
    let running = tokio::spawn(driver);
    // What is typed ahead is echoed at the new speed already.
    cable.host.write_all(b"AT+IPR=57600\rATE0\r").unwrap();
    let answers = b"AT+IPR=57600\r\r\nOK\r\nATE0\r\r\nOK\r\n";
    cable.hear(answers).await;
    assert_eq!(cable.speed(), 57_600);
    cable.host.write_all(b"AT+IPR?\r").unwrap();
    cable.hear(b"\r\n+IPR: 57600\r\n\r\nOK\r\n").await;
    modems.stop();
    tokio::time::timeout(PATIENCE, running)
        .await
        .expect("an end in time")
        .unwrap();
}
