//! `+QMTRECV`: messages that are stored until the host reads them.

use super::connection::word;
use super::messages::write_message;
use super::state::{LINK, use_link};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::api::{LinkId, LinkStep};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};

pub(super) const RECEIVE: Command = Command::new("+QMTRECV", "Read stored messages")
    .details(
        "With `recv/mode` 1 each message is stored in one of five places, and read from there. \
         While all are taken, the broker waits. Without a place all that are stored are read.",
    )
    .test("+QMTRECV: (0-5),(0-4)")
    .read(read_places)
    .commits()
    .set(
        &[Signature::of(&[
            LINK,
            Param::int("recv_id", 0, 4).optional(),
        ])],
        read,
    )
    .examples(&[Example {
        line: "AT+QMTRECV?",
        answer: &["+QMTRECV: 0,0,0,0,0,0", "OK"],
    }]);

fn read(cx: &mut Context, args: &Args) -> Outcome {
    let slot = args.has(1).then(|| args.int(1) as u8);
    let ready = use_link(cx, args, 0);
    ready
        .and_then(|()| {
            cx.read_places(slot, |of, _, message, reply| {
                reply.info(|line| write_message(of, message, line));
            })
        })
        .into()
}

fn read_places(cx: &mut Context, _: &Args) -> Outcome {
    let mut connected = [false; 6];
    cx.each_configured(|it, _| {
        if let Some(place) = connected.get_mut(usize::from(it.link.0)) {
            *place = it.step == LinkStep::Connected;
        }
    });
    let links = (0..).zip(connected).filter(|(_, connected)| *connected);
    let mut is_first = true;
    for link in links.map(|(link, _)| LinkId(link)) {
        if cx.use_link(link).is_ok() {
            write_places(cx, link);
            is_first = false;
        }
    }
    if is_first {
        cx.text("+QMTRECV: 0,0,0,0,0,0");
    }
    Outcome::Ok
}

fn write_places(cx: &mut Context, link: LinkId) {
    let taken = cx.taken_places();
    cx.info(|line| {
        line.text("+QMTRECV: ");
        line.number(link.0.into());
        for is_taken in taken {
            line.text(if is_taken { ",1" } else { ",0" });
        }
    });
}

/// A message is stored.
pub(super) fn word_stored(of: Staged<'_>, slot: u8, reply: &mut Reply) {
    word(reply, "+QMTRECV: ", of, &[slot.into()]);
}
