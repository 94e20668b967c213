//! The broker that the program is.
#![cfg(feature = "broker")]

mod rig;
mod support;

use rig::{Modem, spawn};
use rustix::process::{Pid, Signal, kill_process};
use std::io::Read;
use std::process::{Child, Command, Stdio};

struct RunningBroker {
    process: Child,
    address: String,
    stdout: std::io::BufReader<std::process::ChildStdout>,
}

fn broker(arguments: &[&str]) -> RunningBroker {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.arg("broker").args(arguments).stderr(Stdio::piped());
    let (process, stdout, line) = spawn(&mut command);
    let address = line.strip_prefix("listening on ").expect(&line).to_owned();
    RunningBroker {
        process,
        address,
        stdout,
    }
}

impl RunningBroker {
    fn port(&self) -> &str {
        self.address.strip_prefix("127.0.0.1:").unwrap()
    }

    /// Ends it: the code and what it said since.
    fn end(mut self, signal: Signal) -> (Option<i32>, String, String) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
        let mut said = [String::new(), String::new()];
        self.stdout.read_to_string(&mut said[0]).unwrap();
        let mut stderr = self.process.stderr.take().unwrap();
        stderr.read_to_string(&mut said[1]).unwrap();
        let [out, err] = said;
        (self.process.wait().unwrap().code(), out, err)
    }
}

#[test]
fn it_says_where_it_listens_passes_messages_on_and_ends_in_order() {
    let broker = broker(&[]);
    let port = broker.port().to_owned();
    let client = |name: &str| {
        let mut modem = Modem::start();
        let config = format!("AT+MQTTCONFIG=127.0.0.1,{port},{name},1,60");
        modem.ask(&config, &["OK"]);
        modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
        modem
    };
    let mut listener = client("listener");
    listener.ask("AT+MQTTSUB=\"t\",1", &["OK"]);
    client("teller").ask("AT+MQTTPUB=\"t\",1,0,\"37\"", &["OK"]);
    listener.expect("+MQTTRECV:\"t\",1,0,2,37");
    let ended = (Some(0), String::new(), String::new());
    assert_eq!(broker.end(Signal::TERM), ended);
}

#[test]
fn a_port_in_use_is_told_by_name() {
    let first = broker(&["--port", "0"]);
    let port = first.port().to_owned();
    let mut second = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let second = second.args(["broker", "--port", &port]).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    let want = format!(
        "mqmodem: cannot listen on 127.0.0.1:{port}: Address already in use; stop what uses it, or choose another port\n"
    );
    assert_eq!((second.status.code(), said), (Some(1), want));
    assert_eq!(first.end(Signal::INT).0, Some(0));
    let open = broker(&["--address", "0.0.0.0"]);
    let (code, _, said) = open.end(Signal::INT);
    assert_eq!(code, Some(0));
    assert!(said.contains("may read and write all messages"), "{said}");
}
