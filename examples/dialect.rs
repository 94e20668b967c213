//! A command set of one's own, in a crate of one's own: four commands, one event.
//! Standard input and output are the host.
//!
//! ```sh
//! cargo run -p mqmodem-examples --bin dialect
//! AT#BROKER="localhost",1883
//! AT#LINK
//! AT#FOLLOW="news"
//! AT#POST="news","hello"
//! ```

use mqmodem::Shared;
use mqmodem::port::{Label, stdio::Stdio};
use mqmodem_core::at::args::Args;
use mqmodem_core::at::framing::Framing;
use mqmodem_core::at::grammar::Grammar;
use mqmodem_core::at::param::Param;
use mqmodem_core::at::reply::Reply;
use mqmodem_core::at::schema::Signature;
use mqmodem_core::modem::command::context::Context;
use mqmodem_core::modem::command::dialect::{Command, Outcome};
use mqmodem_core::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use mqmodem_core::modem::event::Event;
use mqmodem_core::modem::fail::Fail;
use mqmodem_core::modem::outbox::Message;
use mqmodem_core::modem::settings::Settings;
use mqmodem_core::modem::url::BrokerUrl;
use mqmodem_core::modem::{Profile, Staged};
use mqmodem_core::mqtt::Qos;
use mqmodem_core::{Config, Identity, commands};

/// The command set. Each field says where it differs from V.250 and from others.
static OWN: Dialect = Dialect {
    name: "own",
    model: "",
    title: "A command set of one's own",
    grammar: &Grammar {
        prefixes: b"#",
        ..Grammar::V250
    },
    framing: &Framing::V250,
    busy: Busy::Queue,
    tables: &[
        Table {
            title: "MQTT",
            commands: COMMANDS,
        },
        // Families any module has: echo, `+CMEE`, identity.
        commands::BASIC,
        commands::ERROR,
        commands::IDENTITY,
    ],
    urcs: &[Urc {
        syntax: "#NEWS:<topic>,<text>",
        meaning: "A message of a topic that is followed.",
    }],
    options: &[],
    profile: &Profile::FACTORY,
    codes: &[(50, "incorrect parameters")],
    other: Fail::Plain,
    identity: Identity {
        model: "own",
        ..Identity::OWN
    },
    banner: Banner::Restart,
    loss_leads: false,
    reports_packets: false,
    tells_resets: false,
    revives_links: true,
    gap: 0,
    limits: &VendorLimits::NONE,
    word,
    refuse: |_, _, why| why.fail(),
    scratch: 0,
};

const TOPIC: Param = Param::text("topic", 1, 64).example("news");

/// Parser, checks, the answer to `=?` and the manual follow from these.
const COMMANDS: &[Command] = &[
    Command::new("#BROKER", "Set the broker").commits().set(
        &[Signature::of(&[
            Param::text("host", 1, 253).example("localhost"),
            Param::int("port", 1, 65_535),
        ])],
        broker,
    ),
    Command::new("#LINK", "Connect; OK once the broker has accepted")
        .commits()
        .execute(|cx, _| cx.connect().into()),
    Command::new("#FOLLOW", "Subscribe; OK once the broker has granted it")
        .commits()
        .set(&[Signature::of(&[TOPIC])], |cx, args| {
            cx.subscribe(args.text(0), 1).into()
        }),
    Command::new("#POST", "Publish; OK once the broker has it")
        .commits()
        .set(
            &[Signature::of(&[TOPIC, Param::bytes("text", 0, 1024)])],
            post,
        ),
];

/// A handler gets values that were checked. It names no socket and no packet.
fn broker(cx: &mut Context, args: &Args) -> Outcome {
    cx.store_settings(&Settings {
        url: BrokerUrl::of_host(args.text(0)),
        port: args.int(1) as u16,
        client_id: "own",
        clean_session: true,
        keep_alive: 60,
        username: None,
        password: None,
        hides_password: false,
    })
    .into()
}

fn post(cx: &mut Context, args: &Args) -> Outcome {
    let message = Message {
        topic: args.text(0),
        qos: Qos::AtLeastOnce,
        retain: false,
        payload: args.bytes(1),
        id: 0,
    };
    cx.publish(&message).into()
}

/// The words of events; what is not worded here is not reported.
fn word(_: Staged<'_>, event: &Event, reply: &mut Reply) {
    if let Event::Message(message) = event {
        reply.urc(|line| {
            line.text("#NEWS:");
            line.text(message.topic);
            line.text(",");
            line.bytes(message.payload);
        });
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // The modems end when this does.
    let shared = Shared::default();
    let config = Config::of(&OWN);
    let modem = shared.driver(Box::new(Stdio::new()), Label::new("own"), config);
    modem.await;
}
