//! A command set that differs from the native one in everything a [`Dialect`] can say.
//!
//! It proves the seam: other escapes, commas refused in quotes, one command on a line,
//! information lines without CR LF before them, lines rejected while a command runs, data
//! that ends by Ctrl-Z, by a length or by `+++`, OK first and the outcome as an event,
//! settings one by one, and opening and connecting as two steps.

use mqmodem_core::at::args::Args;
use mqmodem_core::at::framing::Framing;
use mqmodem_core::at::grammar::{Escapes, Grammar, Quotes};
use mqmodem_core::at::param::{Param, Reject};
use mqmodem_core::at::reply::Reply;
use mqmodem_core::at::schema::Signature;
use mqmodem_core::commands;
use mqmodem_core::modem::command::context::{Context, quality};
use mqmodem_core::modem::command::dialect::{Command, Outcome, Refusal};
use mqmodem_core::modem::command::prompt::{Data, DataEnd, DataFraming, Late};
use mqmodem_core::modem::dialect::{Banner, Busy, Dialect, Prompt, Table, Urc, VendorLimits};
use mqmodem_core::modem::event::{Event, Task};
use mqmodem_core::modem::fail::Fail;
use mqmodem_core::modem::options::{ACK_TIMEOUT, CONNECT_TIMEOUT};
use mqmodem_core::modem::outbox::Message;
use mqmodem_core::modem::settings::Settings;
use mqmodem_core::modem::url::BrokerUrl;
use mqmodem_core::modem::{Profile, Staged};
use mqmodem_core::{Identity, LinkId};
use std::fmt::Write;
use std::time::Duration;

const GRAMMAR: Grammar = Grammar {
    prefixes: b"#",
    quotes: Quotes {
        escapes: Escapes::Next,
        commas: false,
    },
    bare_text: false,
    lists: false,
    comments: false,
    repeats: false,
    max_line: 256,
    ..Grammar::V250
};

const FRAMING: Framing = Framing {
    info_leads: false,
    info_joins: true,
    urc_leads: false,
    prompt: "\r\n>",
    echoes_line_feed: true,
    echoes_data: true,
    prompt_tells: false,
};

/// The proof.
pub static PROOF: Dialect = Dialect {
    name: "proof",
    model: "",
    title: "A command set that proves the seam",
    grammar: &GRAMMAR,
    framing: &FRAMING,
    busy: Busy::Reject("\r\nbusy\r\n"),
    tables: &[Table {
        title: "MQTT",
        commands: COMMANDS,
    }],
    urcs: &[
        Urc {
            syntax: "#UOPEN:<link>,<code>",
            meaning: "What became of `#OPEN`; likewise `#UCONN`, `#UPUB` and `#UCLOSE`.",
        },
        Urc {
            syntax: "#UMSG:<link>,<topic>,<payload>",
            meaning: "A message.",
        },
        Urc {
            syntax: "#ULOST:<link>,<code>",
            meaning: "The connection was lost.",
        },
    ],
    options: &[(CONNECT_TIMEOUT, 20), (ACK_TIMEOUT, 3)],
    profile: &Profile::FACTORY.echo(false).errors(1),
    codes: &[
        (50, "wrong data"),
        (700, "wrong value"),
        (701, "wrong state"),
    ],
    other: Fail::Plain,
    identity: Identity {
        manufacturer: "prover",
        model: "seam",
        ..Identity::OWN
    },
    banner: Banner::PowerOn,
    loss_leads: false,
    reports_packets: false,
    tells_resets: false,
    revives_links: true,
    gap: 0,
    limits: &VendorLimits::NONE,
    word,
    refuse,
    scratch: 512,
};

/// What a host gives one by one.
const HOST: u8 = 0;
const PORT: u8 = 1;
const ID: u8 = 2;

const NAME: Param = Param::text("name", 1, 8)
    .check(|name| key(name).is_some(), "nosuch")
    .means("host, port or id")
    .example("host");
const TOPIC: Param = Param::text("topic", 1, 64).example("a/b");
const QOS: Param = Param::int("qos", 0, 2);

/// Ends by Ctrl-Z; ESC cancels.
const TYPED: DataFraming = DataFraming::Terminator {
    end: 0x1a,
    cancel: Some(0x1b),
};

static PAYLOAD: Prompt = Prompt {
    quiet: Duration::from_secs(1),
    ..Prompt::new(publish)
};

/// No prompt, no time limit but one that ends the data.
static STREAM: Prompt = Prompt {
    text: Some("\r\nGO\r\n"),
    limit: Some(Duration::from_secs(2)),
    late: Late::Finish,
    ..Prompt::new(publish)
};

const COMMANDS: &[Command] = &[
    commands::basic::ECHO_COMMAND,
    Command::new("#SET", "Give one setting").read(settings).set(
        &[
            Signature::of(&[NAME, Param::text("value", 1, 64).example("broker.example")])
                .check(is_port),
        ],
        set,
    ),
    Command::new("#OPEN", "Open the transport")
        .commits()
        .execute(open),
    Command::new("#CONN", "Connect on it")
        .commits()
        .execute(connect),
    Command::new("#STATE", "How far the link is").read(state),
    Command::new("#SUB", "Subscribe; OK once it is granted")
        .commits()
        .set(&[Signature::of(&[TOPIC, QOS])], subscribe),
    Command::new("#PUB", "Publish what is typed up to Ctrl-Z")
        .set(&[Signature::of(&[TOPIC, QOS, ID_OF_HOST])], |_, _| {
            Outcome::Prompt(TYPED, &PAYLOAD)
        }),
    Command::new("#PUBN", "Publish so many bytes").set(
        &[Signature::of(&[
            TOPIC,
            QOS,
            ID_OF_HOST,
            Param::int("length", 0, 1000),
        ])],
        |_, args| Outcome::Prompt(DataFraming::Length(args.int(3) as usize), &PAYLOAD),
    ),
    Command::new("#PUBS", "Publish a stream up to +++").set(
        &[Signature::of(&[
            TOPIC,
            QOS,
            ID_OF_HOST,
            Param::int("guard", 0, 1000),
        ])],
        |_, args| Outcome::Prompt(DataFraming::Guard(args.int(3)), &STREAM),
    ),
    Command::new("#CLOSE", "Disconnect")
        .commits()
        .execute(close),
];

const ID_OF_HOST: Param = Param::int("id", 0, 65_535);

fn key(name: &str) -> Option<u8> {
    ["host", "port", "id"]
        .iter()
        .position(|known| *known == name)
        .map(|at| at as u8)
}

fn is_port(args: &Args) -> Result<(), Reject> {
    let is_number = args.text(1).parse::<u16>().is_ok();
    if key(args.text(0)) == Some(PORT) && !is_number {
        return Err(Reject::Value);
    }
    Ok(())
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let Some(key) = key(args.text(0)) else {
        return Outcome::Fail(Fail::INCORRECT);
    };
    cx.stage(key, args.bytes(1)).into()
}

fn settings(cx: &mut Context, _: &Args) -> Outcome {
    for (key, name) in [(HOST, "host"), (PORT, "port"), (ID, "id")] {
        let value = cx.staged().text(key).to_owned();
        cx.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "#SET:{name},{value}");
        });
    }
    Outcome::Ok
}

fn composed(staged: Staged<'_>) -> Settings<'_> {
    Settings {
        url: BrokerUrl::of_host(staged.text(HOST)),
        port: staged.text(PORT).parse().unwrap_or(1883),
        client_id: staged.text(ID),
        clean_session: true,
        keep_alive: 60,
        username: None,
        password: None,
        hides_password: false,
    }
}

/// The commands that end later, as tasks know them.
const OPEN: u8 = 0;
const CONNECT: u8 = 1;
const PUBLISH: u8 = 2;
const CLOSE: u8 = 3;
const NAMES: [&str; 4] = ["#UOPEN:", "#UCONN:", "#UPUB:", "#UCLOSE:"];

/// OK now, an event later.
fn started(
    wait: Result<mqmodem_core::modem::wait::Wait, Fail>,
    command: u8,
    number: u32,
) -> Outcome {
    match wait {
        Ok(wait) => Outcome::Started(wait, Task { command, number }),
        Err(_) => Outcome::Fail(Fail::Cme(701)),
    }
}

fn open(cx: &mut Context, _: &Args) -> Outcome {
    if cx.staged().get(HOST).is_none() {
        return Outcome::Fail(Fail::Cme(701));
    }
    if let Err(fail) = cx.configure(composed) {
        return Outcome::Fail(fail);
    }
    started(cx.open(), OPEN, 0)
}

fn connect(cx: &mut Context, _: &Args) -> Outcome {
    if !cx.is_opened() || cx.is_connected() {
        return Outcome::Fail(Fail::Cme(701));
    }
    started(cx.connect(), CONNECT, 0)
}

fn close(cx: &mut Context, _: &Args) -> Outcome {
    started(cx.disconnect(), CLOSE, 0)
}

fn state(cx: &mut Context, _: &Args) -> Outcome {
    let (opened, connected) = (cx.is_opened(), cx.is_connected());
    cx.info(|line| {
        line.text("#STATE:");
        line.number(u32::from(opened) + u32::from(connected));
    });
    Outcome::Ok
}

fn subscribe(cx: &mut Context, args: &Args) -> Outcome {
    cx.subscribe(args.text(0), args.int(1)).into()
}

/// The values of the command have outlived the data.
fn publish(cx: &mut Context, args: &Args, data: Data) -> Outcome {
    let Ok(qos) = quality(args.int(1)) else {
        return Outcome::Fail(Fail::INCORRECT);
    };
    if data.end == DataEnd::Cancelled {
        return Outcome::Ok;
    }
    let message = Message {
        topic: args.text(0),
        qos,
        retain: false,
        payload: data.bytes,
        id: 0,
    };
    started(cx.publish(&message), PUBLISH, args.int(2))
}

fn refuse(cx: &mut Context, command: Option<&'static Command>, why: Refusal) -> Fail {
    match why {
        Refusal::Values(_) => {
            let name = command.map_or("", |command| command.name);
            cx.info(|line| {
                line.text("#WHY:");
                line.text(name);
            });
            Fail::Cme(700)
        }
        Refusal::Unable(fail) => fail,
        Refusal::Unknown | Refusal::NoSuchCommand(_) | Refusal::NoSuchForm => Fail::Plain,
    }
}

fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    let link = of.link();
    match *event {
        Event::Finished {
            task, result, code, ..
        } => {
            let code = if result.is_ok() {
                0
            } else {
                u32::from(code).max(1)
            };
            let name = NAMES
                .get(usize::from(task.command))
                .copied()
                .unwrap_or_default();
            reply.urc(|line| {
                line.text(name);
                numbers(line, link, &[task.number, code]);
            });
        }
        Event::Message(message) => reply.urc(|line| {
            line.text("#UMSG:");
            line.number(link.0.into());
            line.text(",");
            line.text(message.topic);
            line.text(",");
            line.bytes(message.payload);
        }),
        Event::Lost { code, .. } => reply.urc(|line| {
            line.text("#ULOST:");
            numbers(line, link, &[code.into()]);
        }),
        Event::Restarted { .. } => reply.unframed(|line| line.text("\r\nready\r\n")),
        _ => {}
    }
}

fn numbers(line: &mut Reply, of: LinkId, numbers: &[u32]) {
    line.number(of.0.into());
    for number in numbers {
        line.text(",");
        line.number(*number);
    }
}
