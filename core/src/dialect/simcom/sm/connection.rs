//! `+SMCONN`, `+SMDISC` and `+SMSTATE`.

use super::configuration::{
    CLEAN, CLIENT_ID, KEEP_ALIVE, MESSAGE, PASSWORD, QOS, RETAIN, TOPIC, USER, number_of, place_in,
    text_of,
};
use super::{key, network, tls};
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{OptionValue, RECONNECT};
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, Scheme};
use crate::modem::wait::Wait;
use crate::mqtt::{Properties, Qos, Will};

pub(super) const CONNECT: Command = Command::new("+SMCONN", "Connect to the broker")
    .details("OK when the broker has accepted. A lost link does not come back by itself.")
    .remembers()
    .commits()
    .execute(|cx, _| connect(cx).into());

pub(super) const DISCONNECT: Command = Command::new("+SMDISC", "Disconnect from the broker")
    .commits()
    .execute(|cx, _| disconnect(cx).into());

pub(super) const STATE: Command = Command::new("+SMSTATE", "Show whether the broker is connected")
    .read(|cx, _| {
        let connected = cx.is_connected();
        cx.text(if connected {
            "+SMSTATE: 1"
        } else {
            "+SMSTATE: 0"
        });
        Outcome::Ok
    });

fn connect(cx: &mut Context) -> Result<Wait, Fail> {
    if cx.is_connected() || !network::is_available(cx) {
        return Err(Fail::Plain);
    }
    stage_url(cx)?;
    tls::prepare(cx)?;
    cx.apply_option(RECONNECT, |_| OptionValue::Number(0))?;
    cx.apply_will(will)?;
    cx.configure(settings)?;
    cx.connect()
}

/// The longest URL.
const MAX_URL: usize = 8 + 256;

fn stage_url(cx: &mut Context) -> Result<(), Fail> {
    let mut memory = [0; MAX_URL];
    let mut url = Buf::lent(&mut memory);
    let tls = tls::is_on(cx.staged());
    let (host, _) = place_in(cx.staged()).ok_or(Fail::Plain)?;
    Scheme::of_mqtt(tls).write_url(host, None, &mut url)?;
    cx.stage(key::URL, url.as_slice())
}

fn will(staged: Staged<'_>) -> Option<Will<'_>> {
    let topic = text_of(staged, TOPIC);
    (!topic.is_empty()).then(|| Will {
        topic,
        message: text_of(staged, MESSAGE).as_bytes(),
        qos: Qos::new(number_of(staged, QOS) as u8).unwrap_or(Qos::AtMostOnce),
        retain: number_of(staged, RETAIN) != 0,
        properties: Properties::NONE,
    })
}

fn settings(staged: Staged<'_>) -> Settings<'_> {
    let url = staged.text(key::URL);
    let url = BrokerUrl::parse(url).unwrap_or(BrokerUrl::of_host(url));
    Settings {
        port: place_in(staged).map_or(0, |(_, port)| port),
        client_id: text_of(staged, CLIENT_ID),
        clean_session: number_of(staged, CLEAN) != 0,
        keep_alive: number_of(staged, KEEP_ALIVE) as u16,
        ..Settings::of(url)
    }
    .with_login(text_of(staged, USER), text_of(staged, PASSWORD).as_bytes())
}

fn disconnect(cx: &mut Context) -> Result<Wait, Fail> {
    if cx.is_connected() {
        cx.disconnect()
    } else {
        Err(Fail::Plain)
    }
}
