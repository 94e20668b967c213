//! A host on a pseudo-terminal, seen from both sides.
#![cfg(target_os = "linux")]

mod support;

use mqmodem::port::pty::{Pty, PtyOptions};
use mqmodem::port::watch::Watch;
use rustix::fs::OFlags;
use rustix::termios::{
    LocalModes, OptionalActions, OutputModes, ioctl_tiocexcl, tcgetattr, tcsetattr,
};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use support::{Modem, PATIENCE, Scratch, Told, drive};

fn attach(path: &Path) -> File {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    options.custom_flags(OFlags::NOCTTY.bits().cast_signed());
    options.open(path).unwrap()
}

/// Reads as a host does, off the runtime.
async fn hear(host: &File, count: usize) -> Vec<u8> {
    let mut host = host.try_clone().unwrap();
    let reading = tokio::task::spawn_blocking(move || {
        let mut buf = vec![0; count];
        host.read_exact(&mut buf).map(|()| buf)
    });
    let read = tokio::time::timeout(PATIENCE, reading).await;
    read.expect("an answer in time").unwrap().unwrap()
}

/// The port keeps the watch alive.
fn modem() -> (PathBuf, Modem) {
    let pty = Pty::open(&PtyOptions::default(), &Watch::start().unwrap()).unwrap();
    (pty.published().to_owned(), drive(pty))
}

#[tokio::test]
async fn hosts_come_and_go() {
    let (path, mut modem) = modem();
    for _ in 0..5 {
        let mut host = attach(&path);
        modem.expect(Told::Came).await;
        host.write_all(b"AT\r").unwrap();
        modem.expect_bytes(b"AT\r").await;
        modem.say(b"\r\nOK\r\n");
        assert_eq!(hear(&host, 6).await, b"\r\nOK\r\n");
        drop(host);
        modem.expect(Told::Gone).await;
    }
}

#[tokio::test]
async fn nothing_spins_while_no_host_is_there() {
    let (path, mut modem) = modem();
    assert_eq!(modem.turns_while_idle().await, 0);
    for _ in 0..3 {
        let host = attach(&path);
        modem.expect(Told::Came).await;
        assert_eq!(modem.turns_while_idle().await, 0);
        drop(host);
        modem.expect(Told::Gone).await;
        assert_eq!(modem.turns_while_idle().await, 0);
    }
}

#[tokio::test]
async fn a_host_gets_nothing_meant_for_the_one_before() {
    let (path, mut modem) = modem();
    let first = attach(&path);
    modem.expect(Told::Came).await;
    modem.say(b"for the first");
    // Written before anything that is said later is.
    modem.turns_while_idle().await;
    drop(first);
    modem.expect(Told::Gone).await;
    modem.say(b"for no one");
    modem.turns_while_idle().await;
    let second = attach(&path);
    modem.expect(Told::Came).await;
    modem.say(b"for the second");
    assert_eq!(hear(&second, 14).await, b"for the second");
}

#[tokio::test]
async fn a_line_written_in_passing_is_read() {
    let (path, mut modem) = modem();
    for _ in 0..20 {
        attach(&path).write_all(b"AT\r").unwrap();
        modem.expect(Told::Came).await;
        modem.expect_bytes(b"AT\r").await;
        modem.expect(Told::Gone).await;
    }
}

#[tokio::test]
async fn the_last_of_several_hosts_is_the_one_that_counts() {
    let (path, mut modem) = modem();
    // Opened back to back: the kernel merges the two events into one.
    let first = attach(&path);
    let mut second = attach(&path);
    modem.expect(Told::Came).await;
    drop(first);
    second.write_all(b"still here").unwrap();
    modem.expect_bytes(b"still here").await;
    assert_eq!(modem.turns_while_idle().await, 0);
    drop(second);
    modem.expect(Told::Gone).await;
    assert!(modem.told.try_recv().is_err());
}

#[tokio::test]
async fn a_host_that_does_not_read_holds_the_modem_up_until_it_goes() {
    let (path, mut modem) = modem();
    let host = attach(&path);
    modem.expect(Told::Came).await;
    modem.say(&vec![b'x'; 1 << 20]);
    assert_eq!(modem.turns_while_idle().await, 0);
    drop(host);
    modem.expect(Told::Gone).await;
    let host = attach(&path);
    modem.expect(Told::Came).await;
    modem.say(b"fresh");
    assert_eq!(hear(&host, 5).await, b"fresh");
}

fn is_raw(host: &File) -> bool {
    let modes = tcgetattr(host).unwrap();
    let cooked = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
    !modes.local_modes.intersects(cooked) && !modes.output_modes.contains(OutputModes::OPOST)
}

#[tokio::test]
async fn every_host_finds_raw_mode() {
    let (path, mut modem) = modem();
    let host = attach(&path);
    assert!(is_raw(&host));
    modem.expect(Told::Came).await;
    let mut cooked = tcgetattr(&host).unwrap();
    cooked.local_modes |= LocalModes::ICANON | LocalModes::ECHO;
    tcsetattr(&host, OptionalActions::Now, &cooked).unwrap();
    drop(host);
    modem.expect(Told::Gone).await;
    assert!(is_raw(&attach(&path)));
}

fn linked(link: &Path) -> PtyOptions {
    PtyOptions {
        link: Some(link.to_owned()),
        mode: Some(0o640),
        group: None,
    }
}

#[tokio::test]
async fn the_link_lives_as_long_as_the_port() {
    let scratch = Scratch::new();
    let link = scratch.join("modem");
    // Left behind by a program that was killed.
    symlink("/dev/pts/none", &link).unwrap();
    let watch = Watch::start().unwrap();
    let pty = Pty::open(&linked(&link), &watch).unwrap();
    assert_eq!(pty.published(), link);
    let mode = std::os::unix::fs::PermissionsExt::mode(&link.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
    drop(pty);
    assert!(link.symlink_metadata().is_err());
}

#[tokio::test]
async fn a_link_that_is_not_ours_is_left_alone() {
    let scratch = Scratch::new();
    let link = scratch.join("modem");
    let watch = Watch::start().unwrap();
    let first = Pty::open(&linked(&link), &watch).unwrap();
    let terminal = link.read_link().unwrap();
    let refused = Pty::open(&linked(&link), &watch).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AddrInUse);
    assert_eq!(link.read_link().unwrap(), terminal);
    drop(first);
    assert!(link.symlink_metadata().is_err());
    std::fs::write(&link, "precious").unwrap();
    let refused = Pty::open(&linked(&link), &watch).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&link).unwrap(), "precious");
}

/// Takes from this thread what lets root open a terminal in exclusive mode.
fn be_anyone() {
    let mut mine = capabilities(None).unwrap();
    mine.effective.remove(CapabilitySet::SYS_ADMIN);
    set_capabilities(None, mine).unwrap();
}

#[tokio::test]
async fn a_host_that_leaves_the_terminal_locked_locks_no_one_out() {
    be_anyone();
    let scratch = Scratch::new();
    let link = scratch.join("modem");
    let pty = Pty::open(&linked(&link), &Watch::start().unwrap()).unwrap();
    let mut modem = drive(pty);
    for _ in 0..2 {
        let mut host = attach(&link);
        ioctl_tiocexcl(&host).unwrap();
        assert!(File::open(&link).is_err());
        modem.expect(Told::Came).await;
        host.write_all(b"AT\r").unwrap();
        drop(host);
        modem.expect_bytes(b"AT\r").await;
        modem.expect(Told::Gone).await;
        assert_eq!(modem.turns_while_idle().await, 0);
    }
    let host = attach(&link);
    modem.expect(Told::Came).await;
    modem.say(b"fresh");
    assert_eq!(hear(&host, 5).await, b"fresh");
    modem.stop().await;
    assert!(link.symlink_metadata().is_err());
}
