//! A fleet whose configuration is read again.

mod fleet_process;
mod rig;
mod support;

use fleet_process::{Fleet, ask, chats};
use rig::{Broker, call, call_unix, free_port};
use rustix::process::Signal;
use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use support::Scratch;

const OK: &str = "\r\nOK\r\n";

#[test]
fn sighup_makes_the_fleet_what_the_file_says() {
    let scratch = Scratch::new();
    let file = |count: u32, more: &str| {
        let text = format!(
            "state_dir = \"state\"\n[fleet]\nname = \"m-{{index}}\"\nport = {{ unix = \"m{{0..{count}}}\" }}\n{more}"
        );
        fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    };
    let connect = |name: &str| call_unix(&scratch.join(name));
    file(1, "");
    let mut fleet = Fleet::start(scratch.path(), &[]);
    fleet.until("2 of 2 modems");
    let mut stays = connect("m0");
    ask(
        &mut stays,
        "ATE0+MQTTCONFIG=kept,1,me,1,60",
        &format!("ATE0+MQTTCONFIG=kept,1,me,1,60\r{OK}"),
    );
    file(2, "");
    fleet.signal(Signal::HUP);
    fleet.until("3 modems, 2 before");
    fleet.until("3 of 3 modems");
    ask(&mut connect("m2"), "AT", &format!("AT\r{OK}"));
    ask(&mut stays, "AT", OK);
    // What cannot be read changes nothing.
    fs::write(scratch.join("mqmodem.toml"), "[fleet]\nmodems = 0\n").unwrap();
    fleet.signal(Signal::HUP);
    fleet.until("stays as it was");
    ask(&mut stays, "AT", OK);
    file(0, "");
    fleet.signal(Signal::HUP);
    fleet.until("1 modems, 3 before");
    assert!(UnixStream::connect(scratch.join("m1")).is_err());
    ask(&mut stays, "AT", OK);
    // Another template: the modem begins anew, with what it kept.
    file(0, "[fleet.identity]\nmodel = \"other\"\n");
    fleet.signal(Signal::HUP);
    fleet.until("1 modems, 1 before; 1 restart");
    fleet.until("1 of 1 modems");
    let answer =
        format!("ATE0+CGMM;+MQTTCONFIG?\r\r\nother\r\n\r\n+MQTTCONFIG:kept,1,me,1,60,,\r\n{OK}");
    ask(&mut connect("m0"), "ATE0+CGMM;+MQTTCONFIG?", &answer);
    assert_eq!(fleet.end(), Some(0));
}

/// Each modem has accepted a message for a broker that is not there.
#[test]
fn what_was_accepted_is_kept_where_the_fleet_grows_and_told_where_it_shrinks() {
    let scratch = Scratch::new();
    let file = |count: u32| {
        let text = format!(
            "state_dir = \"state\"\n[fleet]\nmodems = {count}\nport = {{ tcp = \"0\" }}\nidentify = \"line\"\n"
        );
        fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    };
    file(10);
    let mut fleet = Fleet::start(scratch.path(), &[]);
    let address = fleet.line();
    let mut host = call(&address);
    let accept =
        "ATE0+MQTTCONFIG=127.0.0.1,1,me,0,60;+MQTTOPT=\"queue\",1000;+MQTTPUB=\"t\",1,0,\"x\"";
    let said = format!("{accept}\r{OK}");
    ask(&mut host, &format!("m00009\n{accept}"), &said);
    file(11);
    fleet.signal(Signal::HUP);
    let log = fleet.until("11 modems, 10 before");
    assert!(!log.contains("not served"), "{log}");
    ask(&mut host, "AT", OK);
    file(9);
    fleet.signal(Signal::HUP);
    let log = fleet.until("9 modems, 11 before");
    assert!(log.contains("WARN accepted messages stay unsent"), "{log}");
    assert_eq!(fleet.end(), Some(0));
}

#[test]
fn a_fleet_goes_on_where_sighup_asks_for_what_cannot_be() {
    let scratch = Scratch::new();
    let port = free_port();
    let file = |port: u16, more: &str| {
        let text = format!("[fleet]\nmodems = 2\nport = {{ tcp = \"127.0.0.1:{port}\" }}\n{more}");
        fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    };
    file(port, "");
    let mut fleet = Fleet::start(scratch.path(), &[]);
    let address = fleet.line();
    let connect = || call(&address);
    let mut host = connect();
    ask(&mut host, "ATE0", &format!("ATE0\r{OK}"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap();
    file(taken.port(), "");
    fleet.signal(Signal::HUP);
    fleet.until(&format!("stays as it was: cannot listen on {taken}"));
    ask(&mut host, "AT", OK);
    ask(&mut connect(), "AT", &format!("AT\r{OK}"));
    // The port is its own, so another template may have it.
    file(port, "[fleet.identity]\nmodel = \"other\"\n");
    fleet.signal(Signal::HUP);
    fleet.until("2 modems, 2 before; 2 restart");
    fleet.until("the last modem that restarts has ended");
    ask(
        &mut connect(),
        "ATE0+CGMM",
        &format!("ATE0+CGMM\r\r\nother\r\n{OK}"),
    );
    assert_eq!(fleet.end(), Some(0));
}

/// Each modem counts once, and its rounds go on.
#[test]
fn another_script_or_period_restarts_no_modem() {
    let (broker, scratch) = (Broker::plain(), Scratch::new());
    chats(scratch.path(), broker.port);
    let file = |every: u32, model: &str| {
        let text = format!(
            "[fleet]\nmodems = 10\nsetup = \"setup.chat\"\nscript = \"round.chat\"\nrepeat = 3\n\
             every = {every}\nstarts_per_second = 4\n[fleet.identity]\nmodel = \"{model}\"\n"
        );
        fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    };
    file(3600, "a");
    let mut fleet = Fleet::start(scratch.path(), &[]);
    fleet.until("10 of 10 modems");
    for index in 0..10 {
        broker.wait_for_log(&format!("Sending CONNACK to m0000{index} (0, 0)"));
    }
    // All are another, and begin anew some at a time.
    file(3600, "b");
    fleet.signal(Signal::HUP);
    fleet.until("10 modems, 10 before; 10 restart");
    let log = fleet.until("the last modem that restarts has ended");
    // Four may start in a second: four, four and two.
    assert_eq!(log.matches("10 of 10 modems started").count(), 2, "{log}");
    fleet.until("10 of 10 modems");
    let round = "echo off\n> AT+MQTTPUB=\"other/{name}\",1,0,\"{index}\"\n< OK\n";
    fs::write(scratch.join("round.chat"), round).unwrap();
    file(1, "b");
    fleet.signal(Signal::HUP);
    fleet.until("10 modems, 10 before; 0 restart");
    assert_eq!(
        fleet.line(),
        "10 modems, 10 set up, 30 rounds played, 0 failed"
    );
    broker.wait_for_log("'other/m00009'");
    assert_eq!(fleet.process.wait().unwrap().code(), Some(0));
}
