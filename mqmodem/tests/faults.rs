//! Faults on demand, live: each word on a modem of its own, asked for at the control socket.

mod rig;
mod support;

use mqmodem_faults::WORDS;
use rig::{Broker, Control, Modem};
use support::Scratch;

/// A modem that is connected to a broker, and its control socket.
struct Bench {
    modem: Modem,
    control: Control,
    port: u16,
}

impl Bench {
    fn new(scratch: &Scratch, port: u16, number: usize) -> Self {
        let socket = scratch.join(&format!("control-{number}"));
        let mut modem = Modem::with(&["--control", socket.to_str().unwrap()]);
        modem.ok(&format!(
            "AT+MQTTCONFIG=127.0.0.1,{port},live-{number},0,60"
        ));
        modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
        Self {
            modem,
            control: Control::at(&socket),
            port,
        }
    }

    /// Arms the first fault of this modem.
    fn arm(&mut self, words: &str) {
        self.control.expect(&format!("fault {words}"), "ok 1");
    }

    fn has_fired(&mut self) {
        let answer = self.control.ask("wait 1 10s");
        assert!(answer.starts_with("ok "), "{answer}");
    }

    fn connect(&mut self, answer: &[&str]) {
        self.modem.ok("AT+MQTTDISCONNECT");
        self.modem.ask("AT+MQTTCONNECT", answer);
    }

    /// It is switched on again, and echoes.
    fn starts_again(&mut self) {
        while !self.control.ask("state").contains("power=on") {}
        self.modem.raw(b"ATE0\r");
        self.modem.until("OK");
    }
}

const PUBLISH: &str = "AT+MQTTPUB=\"t\",1,0,\"x\"";

type Play = fn(&mut Bench, &str);

/// How each fault is asked for, and what a host sees of it.
const LIVE: [(&str, Play); 34] = [
    ("net reset", lost),
    ("net close", lost),
    ("net stalls for=300ms", publishes),
    ("net half-open for=10s", |it, words| {
        it.arm(words);
        it.modem.ask(PUBLISH, &["ERROR"]);
    }),
    ("net fail name", |it, words| {
        it.arm(words);
        it.connect(&["+MQTTCONNECT:20", "ERROR"]);
    }),
    ("net name-slow 300ms", |it, words| {
        it.arm(words);
        it.connect(&["+MQTTCONNECT:0", "OK"]);
    }),
    ("net slow 500 for=10s", publishes),
    ("net delay 50ms..100ms for=10s", publishes),
    ("net cut 5", |it, words| {
        it.arm(words);
        it.modem.ask(PUBLISH, &["ERROR", "+MQTTDISCONNECTED:24"]);
    }),
    ("broker refuse code=5", |it, words| {
        it.arm(words);
        it.connect(&["+MQTTCONNECT:5", "ERROR"]);
    }),
    ("broker disconnect code=142", |it, words| {
        it.modem.ok("AT+MQTTOPT=\"version\",5");
        it.connect(&["+MQTTCONNECT:0", "OK"]);
        it.arm(words);
        it.modem.expect("+MQTTDISCONNECTED:142");
    }),
    ("broker forget", |it, words| {
        it.arm(words);
        it.connect(&["+MQTTCONNECT:0", "OK"]);
        it.modem.raw(b"AT+MQTTBROKER?\r");
        let lines = it.modem.until("OK");
        let line = "+MQTTBROKER:\"session\",0".to_owned();
        assert!(lines.contains(&line), "{lines:?}");
    }),
    ("broker lose PUBACK", |it, words| {
        it.arm(words);
        it.modem.ask(PUBLISH, &["ERROR"]);
    }),
    ("broker late PUBACK 200ms", publishes),
    ("broker twice PUBLISH dir=in", |it, words| {
        it.modem.ok("AT+MQTTSUB=\"twice\",0");
        it.arm(words);
        it.modem.ok("AT+MQTTPUB=\"twice\",0,0,\"x\"");
        it.modem.expect("+MQTTRECV:\"twice\",0,0,1,x");
        it.modem.expect("+MQTTRECV:\"twice\",0,0,1,x");
    }),
    ("port lose dir=out after=3", |it, words| {
        it.arm(words);
        it.modem.ask("AT+CGMM", &["mmodem", "OK"]);
    }),
    ("port garble 2 dir=in", |it, words| {
        it.arm(words);
        it.modem.raw(b"AT+CGMM\rAT\r");
        it.modem.expect("OK");
    }),
    ("port slow 1000 for=10s", answers),
    ("port stalls for=300ms", answers),
    ("port noise 3", |it, words| {
        it.arm(words);
        let noise = it.modem.take(3);
        assert!(noise.iter().all(|byte| *byte >= 0x80), "{noise:?}");
        it.modem.ok("AT");
    }),
    ("port split 2 gap=1ms for=10s", answers),
    ("port merge 50ms for=10s", answers),
    ("port cut 4", |it, words| {
        it.arm(words);
        it.modem.ask("AT+CGMM", &["mq", "OK"]);
    }),
    ("reply late 1s", |it, words| {
        it.arm(words);
        // In one piece: the modem is through with both before the first result is due.
        it.modem.ask("AT\rAT+CGMM", &["mqmodem", "OK", "OK"]);
    }),
    ("reply lose", |it, words| {
        it.arm(words);
        it.modem.raw(b"AT\r");
        it.modem.ask("AT+CGMM", &["mqmodem", "OK"]);
    }),
    ("reply twice", |it, words| {
        it.arm(words);
        it.modem.ask("AT", &["OK", "OK"]);
    }),
    ("reply instead \"+CME ERROR: 3\"", |it, words| {
        it.arm(words);
        it.modem.ask("AT", &["+CME ERROR: 3"]);
    }),
    ("urc \"+CREG: 2\" every=20ms times=3", |it, words| {
        it.arm(words);
        (0..3).for_each(|_| it.modem.expect("+CREG: 2"));
    }),
    ("radio off", |it, words| {
        it.arm(words);
        it.modem.expect("+MQTTDISCONNECTED:30");
        it.modem
            .ask("AT+MQTTCONNECT", &["+MQTTCONNECT:30", "ERROR"]);
        it.control.expect("clear 1", "ok 1");
        it.modem.expect("+MQTTCONNECTED:1");
    }),
    ("store fails", refuses),
    ("store late 200ms", |it, words| {
        it.arm(words);
        it.modem.ok("AT+MQTTTLS=0");
    }),
    ("store full", refuses),
    ("power cut for=200ms", |it, words| {
        it.arm(words);
        it.has_fired();
        it.starts_again();
        let port = it.port;
        it.modem.raw(b"AT+MQTTCONFIG?\r");
        let kept = it.modem.until("OK").join("\n");
        assert!(kept.contains(&format!("127.0.0.1,{port},live-")), "{kept}");
    }),
    ("power restart boot=100ms banner=\"RDY\"", |it, words| {
        it.arm(words);
        it.modem.expect("RDY");
        it.starts_again();
    }),
];

fn lost(it: &mut Bench, words: &str) {
    it.arm(words);
    it.modem.expect("+MQTTDISCONNECTED:24");
}

fn publishes(it: &mut Bench, words: &str) {
    it.arm(words);
    it.modem.ok(PUBLISH);
}

fn answers(it: &mut Bench, words: &str) {
    it.arm(words);
    it.modem.ask("AT+CGMM", &["mqmodem", "OK"]);
}

fn refuses(it: &mut Bench, words: &str) {
    it.arm(words);
    it.modem.ask("AT+MQTTTLS=0", &["ERROR"]);
    it.control.expect("clear 1", "ok 1");
    it.modem.ok("AT+MQTTTLS=0");
}

#[test]
fn each_word_does_to_a_modem_what_it_says() {
    for word in WORDS {
        let plays = |(words, _): &(&str, Play)| {
            let rest = words.strip_prefix(word.words);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        assert!(LIVE.iter().any(plays), "nothing plays {}", word.words);
    }
    let (scratch, broker) = (Scratch::new(), Broker::plain());
    std::thread::scope(|all| {
        for (number, (words, play)) in LIVE.iter().enumerate() {
            let (scratch, port) = (&scratch, broker.port);
            all.spawn(move || {
                let mut bench = Bench::new(scratch, port, number);
                play(&mut bench, words);
                bench.has_fired();
            });
        }
    });
}

#[test]
fn a_restart_ends_by_itself_where_nothing_else_happens() {
    let scratch = Scratch::new();
    let socket = scratch.join("control");
    let dialect = ["--dialect", "quectel:bg95", "--control"];
    let mut modem = Modem::with(&[&dialect[..], &[socket.to_str().unwrap()]].concat());
    let mut control = Control::at(&socket);
    for (number, words) in [
        "power restart",
        "power restart boot=50ms",
        "power cut for=50ms",
        "power restart banner=\"HI\" noise=2",
    ]
    .iter()
    .enumerate()
    {
        control.expect(&format!("fault {words}"), &format!("ok {}", number + 1));
        if words.contains("noise=2") {
            // First the noise, then the banner of the fault, last that of the dialect.
            assert!(modem.take(2).iter().all(|byte| *byte >= 0x80));
            modem.expect_raw(b"\r\nHI\r\n\r\nRDY\r\n");
        } else {
            modem.expect("RDY");
        }
        modem.expect("APP RDY");
    }
}
