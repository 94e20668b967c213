//! How URCs of a link are written.

use crate::at::reply::Reply;
use crate::modem::api::LinkId;

/// The name of a URC: with the number of its link behind it, but for the first.
pub(super) fn write_name(reply: &mut Reply, name: &str, link: LinkId) {
    reply.text(name);
    if link != LinkId::FIRST {
        reply.text(".");
        reply.number(link.0.into());
    }
    reply.text(":");
}

/// A URC: a name and numbers.
pub(super) fn write(reply: &mut Reply, name: &str, link: LinkId, numbers: &[u32]) {
    reply.urc(|line| {
        write_name(line, name, link);
        for (at, number) in numbers.iter().enumerate() {
            line.text(if at > 0 { "," } else { "" });
            line.number(*number);
        }
    });
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::super::NATIVE;
    use crate::at::framing::Framing;
    use crate::at::reply::Reply;
    use crate::buffer::Buf;
    use crate::modem::api::LinkId;
    use crate::modem::event::{Event, Received};
    use crate::modem::{Profile, Staged};
    use crate::mqtt::Properties;
    use std::string::String;

    fn words(link: u8, event: &Event) -> String {
        let mut out = Buf::heap(200);
        let style = Profile::FACTORY.style(&Framing::V250);
        let mut reply = Reply::new(&mut out, style, 200);
        (NATIVE.word)(Staged::none(LinkId(link)), event, &mut reply);
        let text = core::str::from_utf8(out.as_slice()).unwrap();
        String::from(text.trim())
    }

    const MESSAGE: Received<'_> = Received {
        topic: "t",
        qos: 1,
        id: None,
        retain: false,
        properties: Properties::NONE,
        payload: b"on",
        format: 0,
    };

    #[test]
    fn urcs_of_another_link_carry_its_number_and_answers_do_not() {
        let (topic, qos, length) = ("t", 1, 9);
        for (event, first, other) in [
            (
                Event::Message(MESSAGE),
                "+MQTTRECV:\"t\",1,0,2,on",
                "+MQTTRECV.2:\"t\",1,0,2,on",
            ),
            (
                Event::Waiting { count: 1, known: 0 },
                "+MQTTRECVIND:1",
                "+MQTTRECVIND.2:1",
            ),
            (
                Event::Tracked { name: 7, code: 0 },
                "+MQTTPUBACK:7,0",
                "+MQTTPUBACK.2:7,0",
            ),
            (
                Event::Lost { code: 24 },
                "+MQTTDISCONNECTED:24",
                "+MQTTDISCONNECTED.2:24",
            ),
            (
                Event::Restored {
                    session_present: true,
                },
                "+MQTTCONNECTED:1",
                "+MQTTCONNECTED.2:1",
            ),
            (
                Event::Dropped { count: 3 },
                "+MQTTPUBDROPPED:3",
                "+MQTTPUBDROPPED.2:3",
            ),
            (
                Event::TooLarge { topic, qos, length },
                "+MQTTRECVDROPPED:\"t\",1,9",
                "+MQTTRECVDROPPED.2:\"t\",1,9",
            ),
            (
                Event::ConnectDone { code: 0 },
                "+MQTTCONNECT:0",
                "+MQTTCONNECT:0",
            ),
            (Event::Accepted { name: 7 }, "+MQTTPUB:7", "+MQTTPUB:7"),
            (
                Event::Read {
                    left: 0,
                    number: 7,
                    message: MESSAGE,
                },
                "+MQTTREAD:7,\"t\",1,0,2,on",
                "+MQTTREAD:7,\"t\",1,0,2,on",
            ),
        ] {
            assert_eq!((&*words(0, &event), &*words(2, &event)), (first, other));
        }
    }
}
