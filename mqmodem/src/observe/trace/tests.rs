//! What a trace shows, and that no session makes it show a secret.

use super::*;
use crate::observe::Observers;
use crate::observe::host::LOOKED;
use mqmodem_core::{Action, Config, ConnId, HostLines, Memory, Modem};
use mqmodem_testkit::Random;
use std::path::PathBuf;
use std::time::Duration;

/// A modem that is traced, and the time.
struct Desk {
    modem: Modem<'static>,
    observers: Observers,
    now: Instant,
    conn: Option<ConnId>,
    file: PathBuf,
}

impl Desk {
    fn new(name: &str) -> Self {
        let file = std::env::temp_dir().join(format!("mqmodem-{}-{name}", std::process::id()));
        let trace = Arc::new(Trace::create(&file).unwrap());
        Self {
            modem: Modem::new(Config::default(), Memory::heap(), Instant::ZERO),
            observers: Observers::new(vec![trace.observer(&Label::new("m"))]),
            now: Instant::ZERO,
            conn: None,
            file,
        }
    }

    fn say(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.observers.receive(&mut self.modem, self.now, rest);
            rest = &rest[taken..];
            self.settle(usize::MAX);
            if taken == 0 && !self.modem.host_ready() {
                self.pass(Duration::from_secs(10));
            }
        }
    }

    /// Carries out what the modem wants; the host reads so much.
    fn settle(&mut self, reads: usize) {
        while let Some(action) = self.modem.poll_action() {
            match action {
                Action::Store { slot, .. } | Action::Erase { slot } => {
                    self.modem.handle_stored(self.now, slot, true);
                }
                Action::Open { conn, to } => {
                    self.observers.opening(self.now, conn.link, &to);
                    self.observers.net(self.now, conn.link, NetEvent::Opened);
                    self.conn = Some(conn);
                    self.modem.handle_net(self.now, conn, NetEvent::Opened);
                }
                _ => {}
            }
        }
        if let Some(conn) = self.conn {
            let out = self.modem.net_out(conn);
            self.observers.net_sent(self.now, conn.link, out);
            self.modem.net_sent(self.now, conn, out.len());
        }
        self.observers.answers(&self.modem, self.now);
        let read = self.modem.host_out().len().min(reads);
        self.observers.sent(&self.modem, self.now, read);
        self.modem.host_sent(self.now, read);
    }

    fn pass(&mut self, by: Duration) {
        self.now = self.now + by;
        let now = self.now;
        self.observers
            .may_drop(&mut self.modem, now, |modem| modem.handle_timeout(now));
        self.settle(usize::MAX);
    }

    fn hang_up(&mut self) {
        let (dtr, rts) = (false, false);
        let now = self.now;
        self.observers.may_drop(&mut self.modem, now, |modem| {
            modem.handle_host_lines(now, HostLines { dtr, rts });
        });
        let (dtr, rts) = (true, true);
        self.modem
            .handle_host_lines(self.now, HostLines { dtr, rts });
    }

    /// The trace, without its times.
    fn end(mut self) -> Vec<String> {
        self.observers.end(&mut self.modem, self.now);
        drop(self.observers);
        let text = std::fs::read_to_string(&self.file).unwrap();
        std::fs::remove_file(&self.file).unwrap();
        let lines = text.lines().map(|line| line.split_once(" m ").unwrap().1);
        lines.map(str::to_owned).collect()
    }
}

#[test]
fn both_sides_are_shown_in_order() {
    let mut desk = Desk::new("order");
    desk.say(b"..");
    desk.say(b"ATX\x08I0\r\nATE0\rAT+MQTTCONFIG=h,1,id,1,60,me,pw\rA/AT+MQTTPUB=t,0,0,2\r");
    desk.say(b"AT+MQTTCONFIG?\rAT+NO=\x01\rAT+CSQ?\x7f\rAT+CFUN=");
    desk.hang_up();
    desk.say(b"hello\r");
    desk.say(b"there\rAT+CGMI");
    assert_eq!(
        desk.end(),
        [
            "host   - bytes that begin no line: they are not AT",
            "host   > ATI0",
            "host   < mqmodem",
            "host   < mqmodem",
            &format!("host   < {}", env!("CARGO_PKG_VERSION")),
            "host   < OK",
            "host   > ATE0",
            "host   < OK",
            "host   > AT+MQTTCONFIG=h,1,id,1,60,me,***",
            "host   < OK",
            "host   > A/",
            "host   < OK",
            "host   > AT+MQTTPUB=t,0,0,2",
            "host   < ERROR",
            "host   > AT+MQTTCONFIG?",
            "host   < +MQTTCONFIG:h,1,id,1,60,me,***",
            "host   < OK",
            "host   > AT+***",
            "host   < ERROR",
            "host   > AT+CSQ",
            "host   < +CSQ: 31,0",
            "host   < OK",
            "host   - dropped: AT+CFUN=",
            "host   - bytes that begin no line: they are not AT",
            "host   - not ended: AT+CGMI",
        ]
    );
}

const SECRET: &str = "kumquat7zephyr";

/// The secret as a host may write it.
fn spelled(random: &mut Random) -> String {
    let escaped = || SECRET.bytes().map(|byte| format!("\\{byte:02X}"));
    match random.below(6) {
        0 => SECRET.to_owned(),
        1 => format!("\"{SECRET}\""),
        2 => ["\"", &escaped().collect::<Vec<_>>().concat(), "\""].concat(),
        3 => format!("\"{SECRET}"),
        4 => format!("\"a\"{SECRET}\""),
        _ => SECRET
            .chars()
            .flat_map(|c| [c, 'x', random.pick(&['\x08', '\x7f', '#'])])
            .collect(),
    }
}

/// A line with the secret in it, well formed or not.
fn line(random: &mut Random) -> String {
    let secret = spelled(random);
    let name = random.pick(&[
        "+MQTTCONFIG",
        "+mqttconfig",
        "+MQTTCONFI",
        "+MQTTCONFIGS",
        "+MQTTKONFIG",
        "+MQTTXXX\x08\x08\x08CONFIG",
        "+X",
        "MQTTCONFIG",
        " + MQTTCONFIG ",
        "+MQTTTLS",
        "+CSQ",
    ]);
    let before = random.pick(&[
        "",
        "E1",
        "+CSQ;",
        "+CSQ ",
        "+CSQ,",
        "+MQTTPUB=t,0,0,\"{\"a\":1}\";",
        "+MQTTPUB=\"t\",0,0,\"x;",
        "\"",
        "// ",
        "+CMEE=1 ",
    ]);
    // A wrong name in a message that is well formed is part of that message.
    let name = if before.ends_with("x;") {
        "+MQTTCONFIG"
    } else {
        name
    };
    let values = random.pick(&[
        "=h,1,id,1,60,me,",
        " = h , 1 , id , 1 , 60 , me , ",
        "=\"h\",1,\"id\",1,60,\"m,e\",",
        "=h,1,id,1,me,",
        "?",
        "=1,2,\"-----BEGIN PRIVATE KEY-----\n",
        "=mqtt://me:",
        ":",
    ]);
    let filler = match random.below(12) {
        0 => format!("{}{}", "y".repeat(5000), "\x08".repeat(4990)),
        1 => "y".repeat(70_000),
        2 => "\n".repeat(random.below(40)),
        _ => String::new(),
    };
    let behind = random.pick(&[
        "",
        ",5",
        ";E0",
        ";+CSQ",
        "@h",
        "\"",
        " // x",
        "\n-----END PRIVATE KEY-----\",60",
        "\\",
    ]);
    let end = random.pick(&["\r", "\r", "\r", "\n", "\r\n", ""]);
    format!("AT{before}{name}{values}{filler}{secret}{behind}{end}")
}

fn step(desk: &mut Desk, random: &mut Random) {
    let common = [
        "ATE0\r",
        "ATE1\r",
        "ATS5=35\r",
        "ATS5=8\r",
        "A/",
        "AT+MQTTCONFIG?\r",
        "AT+MQTTCONFIG?;+CSQ;+MQTTCONFIG?\r",
        "AT+CMEE=2\r",
        "ATV0\r",
        "AT&F\r",
        "AT+MQTTCONNECT\r",
        "AT+MQTTPUB=t,0,0,20\r",
        "\x08\x08\x08",
        "\"\r",
        SECRET,
        "A",
    ];
    match random.below(10) {
        0..5 => {
            let line = line(random);
            let mut rest = line.as_bytes();
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(1 + random.below(rest.len().min(900)));
                desk.say(piece);
                rest = behind;
                match random.below(40) {
                    0 => desk.pass(Duration::from_millis(random.pick(&[500, 2300, 3000]))),
                    1 => desk.hang_up(),
                    _ => {}
                }
            }
        }
        5..9 => desk.say(random.pick(&common).as_bytes()),
        _ => desk.pass(Duration::from_secs(3)),
    }
}

#[test]
fn no_session_makes_a_trace_show_a_secret() {
    let (first, second) = SECRET.split_at(7);
    let telling: Vec<String> = [first, second]
        .into_iter()
        .flat_map(|half| {
            let hex = |sign: &str| {
                let bytes: Vec<String> = half.bytes().map(|it| format!("{sign}{it:02x}")).collect();
                bytes.concat()
            };
            [
                half.to_owned(),
                hex(""),
                hex("\\"),
                format!("{:?}", half.as_bytes()),
            ]
        })
        .collect();
    for seed in 0..120 {
        let (mut desk, mut random) = (Desk::new(&format!("secret-{seed}")), Random::new(seed));
        (0..30).for_each(|_| step(&mut desk, &mut random));
        let trace = desk.end().join("\n").to_lowercase();
        for telling in &telling {
            assert!(
                !trace.contains(telling),
                "seed {seed}: {telling} in\n{trace}"
            );
        }
    }
}

#[test]
fn a_line_is_looked_at_once_however_it_comes() {
    let breaks = ["AT+MQTTTLS=1,0,\"", &"\n".repeat(6000), "\",5\r"].concat();
    let spaces = format!("AT+MQTTPUB=t,0,0,\"{}\"\r", " ".repeat(4095));
    let erased = ["AT", &"y".repeat(5000), &"\x08".repeat(4990), "\r"].concat();
    for line in [breaks, spaces.repeat(10), erased] {
        let mut desk = Desk::new("once");
        LOOKED.set(0);
        desk.say(b"ATE0\r");
        line.bytes().for_each(|byte| desk.say(&[byte]));
        let looked = LOOKED.get();
        assert!(looked <= 2 * line.len(), "{looked} of {}", line.len());
        desk.end();
    }
}
