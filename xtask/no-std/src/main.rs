//! Talks to a modem on memory of its own stack, without `std` and without an
//! allocator: rustc refuses to link this program if any crate in it wants one.
//! `cargo xtask no-std` builds it, looks at its symbols and runs it.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::panic::PanicInfo;
use mqmodem_core::{
    Action, Buf, Config, ConnId, FurtherLinks, Instant, LinkId, LinkPlaces, Memory, Modem,
    NetEvent, dialect,
};

const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};
const NOW: Instant = Instant::ZERO;

// Starts the program and copies bytes; the check of the symbols sees to it that
// nothing else is taken from it.
#[link(name = "c")]
unsafe extern "C" {
    safe fn abort() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    abort()
}

/// 0 if the modem does what it should, else the number of the step that failed.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> i32 {
    let done = with_modem(Config::default(), session).and_then(|()| each_dialect());
    done.err().unwrap_or(0)
}

/// Every dialect that is compiled in starts on the same memory, and answers.
fn each_dialect() -> Result<(), i32> {
    // Which there are is not for the optimizer to see: a chip chooses one at run time.
    let mut all = black_box(dialect::ALL).iter();
    all.try_for_each(|dialect| {
        let greet = |modem: &mut Modem<'_>| type_line(modem, b"AT\r", b"OK").ok_or(10);
        with_modem(Config::of(dialect), greet)
    })
}

/// A modem on memory of the stack.
#[inline(never)]
fn with_modem(
    config: Config<'_>,
    work: impl FnOnce(&mut Modem<'_>) -> Result<(), i32>,
) -> Result<(), i32> {
    let mut lent = [[0; 2560]; 11];
    let [line, values, host_out, inbox, settings, rest @ ..] = &mut lent;
    let [net_in, net_out, in_flight, received, subscriptions, terms] = rest;
    let mut places = LinkPlaces::<1>::new();
    let mut further = [0; 5376];
    let memory = Memory {
        line: Buf::lent(line),
        values: Buf::lent(values),
        host_out: Buf::lent(host_out),
        inbox: Buf::lent(inbox),
        settings: Buf::lent(settings),
        net_in: Buf::lent(net_in),
        net_out: Buf::lent(net_out),
        in_flight: Buf::lent(in_flight),
        received: Buf::lent(received),
        subscriptions: Buf::lent(subscriptions),
        terms: Buf::lent(terms),
        links: FurtherLinks::lent(&mut places, &mut further),
    };
    work(&mut Modem::new(config, memory, NOW))
}

/// The host's side of a short session, and the broker's.
fn session(modem: &mut Modem<'_>) -> Result<(), i32> {
    type_line(modem, b"ATE0\r", b"OK").ok_or(1)?;
    type_line(modem, b"AT+MQTTCONFIG=broker,1883,me,1,60\r", b"OK").ok_or(2)?;
    modem.handle_host(NOW, b"AT+MQTTCONNECT\r");
    carry_out(modem).ok_or(3)?;
    modem.handle_net(NOW, CONN, NetEvent::Opened);
    write_all(modem, 0x10).ok_or(4)?;
    modem.handle_net_data(NOW, CONN, &[0x20, 2, 0, 0]);
    answered(modem, b"+MQTTCONNECT:0").ok_or(5)?;
    modem.handle_host(NOW, b"AT+MQTTPUB=\"topic\",1,0,\"payload\"\r");
    write_all(modem, 0x32).ok_or(6)?;
    modem.handle_net_data(NOW, CONN, &[0x40, 2, 0, 1]);
    answered(modem, b"OK").ok_or(7)?;
    modem.handle_net_data(NOW, CONN, b"\x30\x05\x00\x01tHi");
    answered(modem, b"+MQTTRECV:\"t\",0,0,2,Hi").ok_or(8)?;
    type_line(modem, b"AT+MQTTLINK=1;+MQTTLINK?\r", b"+MQTTLINK:1").ok_or(9)
}

/// Types a line and wants `answer` in what comes back.
fn type_line(modem: &mut Modem<'_>, line: &[u8], answer: &[u8]) -> Option<()> {
    modem.handle_host(NOW, line);
    carry_out(modem);
    answered(modem, answer)
}

/// Stores what is to be stored; whether a link is to be opened.
fn carry_out(modem: &mut Modem<'_>) -> Option<()> {
    let mut opened = None;
    while let Some(action) = modem.poll_action() {
        let owed = action.answer_slot();
        match action {
            Action::Open { .. } => opened = Some(()),
            Action::Store { .. } | Action::Erase { .. } | Action::Forget { .. } => {}
            Action::Close { .. } | Action::Lines(_) | Action::Serial(_) => {}
        }
        if let Some(slot) = owed {
            modem.handle_stored(NOW, slot, true);
        }
    }
    opened
}

/// Takes what goes to the broker, which must start with this byte.
fn write_all(modem: &mut Modem<'_>, first: u8) -> Option<()> {
    let out = modem.net_out(CONN);
    let right = out.first() == Some(&first);
    let len = out.len();
    modem.net_sent(NOW, CONN, len);
    right.then_some(())
}

/// Takes what goes to the host, which must hold `answer`.
fn answered(modem: &mut Modem<'_>, answer: &[u8]) -> Option<()> {
    let out = modem.host_out();
    let right = out.windows(answer.len()).any(|window| window == answer);
    let len = out.len();
    modem.host_sent(NOW, len);
    right.then_some(())
}
