//! What hosts and brokers are likely to say. Arbitrary bytes hardly ever make up a
//! command or a packet.

use crate::links::LINKS;
use mqmodem_core::at::param::Kind;
use mqmodem_core::dialect;
use mqmodem_core::modem::command::dialect::Command;
use mqmodem_core::modem::dialect::Dialect;

const HOST: &[&str] = &[
    "AT\r",
    "A/",
    "ATE0\r\n",
    "ATE1\r",
    "ATV0\r",
    "ATV1\r",
    "ATQ1\r",
    "ATQ0 V1 E1\r",
    "ATZ\r",
    "AT&F\r",
    "ATI\r",
    "ATS3=13S4=10S5=8\r",
    "AT+CMEE=#\r",
    "AT+CMEE=2\r",
    "AT+CFUN=#\r",
    "AT+CFUN=1\r",
    "AT+CFUN=1,1\r",
    "AT+CGSN;+CSQ;+CLAC\r",
    "AT+MQTTTLS=0\r",
    "AT+MQTTTLS=1,0,\"-----BEGIN CERTIFICATE-----\nMAAB\n-----END CERTIFICATE-----\n\",58\r",
    "AT+MQTTTLS=1,#,\"\",0\r",
    "AT+MQTTTLS?;+MQTTTLS=?\r",
    "AT+MQTTCONFIG=broker,1883,me,#,60,user,secret\r",
    "AT+MQTTCONFIG?;+MQTTCONFIG=?\r",
    "AT+MQTTCONNECT\r",
    "AT+MQTTPUB=\"t\",0,0,\"m\"\r",
    "AT+MQTTPUB=\"t/#\",1,1,\"message\"\r",
    "AT+MQTTPUB=\"topic\",1,0,\"{\\\"v\\\":35,}\"\r",
    "AT+MQTTPUB=\"topic\",2,0,\"message\"\r",
    "AT+MQTTPUB=\"topic\",#,0,\"line\r\nline\"\r",
    "AT+MQTTPUB=\"topic\",1,0,\"open\n",
    "AT+MQTTSUB=\"a/#\",#\r",
    "AT+MQTTSUB=\"b/+/c\",2\r",
    "AT+MQTTSUB?\r",
    "AT+MQTTUNSUB=\"a/#\"\r",
    "AT+MQTTSTATE\r",
    "AT+MQTTDISCONNECT\r",
    "AT+MQTTDISCONNECT;+MQTTCONNECT\r",
    "AT+MQTTPUB=\"\\00\",0,0,\"x\" // comment\r\n",
    "AT+MQTTOPT=\"version\",5;+MQTTCONNECT\r",
    "AT+MQTTOPT=\"version\",0\r",
    "AT+MQTTOPT=\"aliasin\",#;+MQTTOPT=\"aliasout\",#\r",
    "AT+MQTTOPT=\"recvprops\",1;+MQTTOPT=\"receivemax\",#\r",
    "AT+MQTTPROP=\"user\",\"k\",\"#\";+MQTTPUB=\"topic\",1,0,\"with\"\r",
    "AT+MQTTPROP=\"expiry\",#\r",
    "AT+MQTTWILL=\"gone\",#,0,\"x\"\r",
    "AT+MQTTBROKER?;+MQTTERR?\r",
    "AT+MQTTDISCONNECT=4\r",
    "AT+MQTTPUBRAW=\"t\",1,0,#\r",
    "\x08\x7f\x1b\r\n",
];

/// Of what outlives a command, a connection and a restart.
const STORING: &[&str] = &[
    "AT+MQTTOPT=\"pubmode\",1\r",
    "AT+MQTTOPT=\"pubmode\",#\r",
    "AT+MQTTOPT=\"recvmode\",1\r",
    "AT+MQTTOPT=\"recvmode\",#\r",
    "AT+MQTTOPT=\"queue\",4000;+MQTTOPT=\"queueqos0\",#\r",
    "AT+MQTTOPT=\"queue\",#00\r",
    "AT+MQTTOPT=\"queue\",120;+MQTTOPT=\"queuefull\",#\r",
    "AT+MQTTOPT=\"queuefull\",1\r",
    "AT+MQTTPUB=\"topic\",1,0,\"named\",#\r",
    "AT+MQTTPUB=\"topic\",2,0,\"named\",1#\r",
    "AT+MQTTPUB=\"topic\",#,1,\"a message that takes more of the queue\"\r",
    "AT+MQTTPUB=\"t\",1,0,\"1\";+MQTTPUB=\"t\",2,0,\"2\";+MQTTPUB=\"t\",1,0,\"3\"\r",
    "AT+MQTTQUEUE?\r",
    "AT+MQTTREAD\r",
    "AT+MQTTREAD\r",
    "AT+MQTTREAD?\r",
    "AT+MQTTACK=#\r",
    "AT+MQTTACK=1\r",
    "AT+MQTTACK=102#\r",
    "AT+MQTTOPT=\"reconnect\",1;+MQTTOPT=\"backoff\",#\r",
    "AT+MQTTOPT=\"autoconnect\",#\r",
    "AT+MQTTOPT=\"recvformat\",#\r",
    "AT+MQTTOPT=\"acktimeout\",#\r",
    "AT+MQTTCONFIG=broker,1883,me,0,9\r",
    "AT+MQTTCONFIG=broker,1883,you,#,9\r",
    "AT+MQTTSUB=\"a/#\",#;+MQTTSUB=\"b\",1;+MQTTSUB?\r",
    "ATE0;+MQTTOPT=\"pubmode\",1\r",
    "AT+MQTTPUB=\"t\",1,0,\"1\",#\rAT+MQTTPUB=\"t\",2,0,\"2\"\rAT+MQTTPUB=\"t\",#,0,\"3\"\r",
];

/// A phrase of the host, `#` in it being a digit.
pub fn host(dialect: &Dialect, which: u8, digit: u8) -> Vec<u8> {
    if dialect.name != dialect::DEFAULT.name {
        return declared(dialect, [which, digit]);
    }
    if LINKS > 1 && which % 8 == 7 {
        return format!("AT+MQTTLINK={}\r", digit.checked_rem(LINKS).unwrap_or(0)).into_bytes();
    }
    phrase(HOST, which, digit)
}

/// A phrase of the host about what is stored.
pub fn storing(dialect: &Dialect, which: u8, digit: u8) -> Vec<u8> {
    if dialect.name != dialect::DEFAULT.name {
        return declared(dialect, [digit, which]);
    }
    phrase(STORING, which, digit)
}

/// A line of a dialect, made of what it declares, or what may end data.
fn declared(dialect: &Dialect, which: [u8; 2]) -> Vec<u8> {
    let mut lines: Vec<_> = dialect.commands().flat_map(lines).collect();
    lines.extend(["m\x1a", "\x1b", "+++", "\r\n"].map(str::to_owned));
    let which = usize::from(u16::from_be_bytes(which));
    lines.swap_remove(which % lines.len()).into_bytes()
}

/// A command in each of its forms, by the examples of its values.
fn lines(command: &Command) -> Vec<String> {
    let name = command.name;
    let mut lines = vec![format!("AT{name}\r"), format!("AT{name}?\r")];
    for signature in command.set.map_or(&[][..], |(signatures, _)| signatures) {
        for most in [false, true] {
            let values = signature.params.iter().map(|param| match param.kind {
                Kind::Int { min, max } => if most { max } else { min }.to_string(),
                Kind::Choice(choices) => choices[0].0.to_string(),
                Kind::Text { .. } | Kind::Bytes { .. } => format!("\"{}\"", param.example),
            });
            let values = values.collect::<Vec<_>>().join(",");
            let equals = if command.is_extended() { "=" } else { "" };
            lines.push(format!("AT{name}{equals}{values}\r"));
        }
    }
    lines
}

fn phrase(of: &[&str], which: u8, digit: u8) -> Vec<u8> {
    let phrase = of[usize::from(which) % of.len()];
    // `a/#` is a topic filter: its `#` stays.
    let digit = char::from(b'0' + digit % 4);
    let mut text = String::new();
    for c in phrase.chars() {
        let filter = text.ends_with('/');
        text.push(if c == '#' && !filter { digit } else { c });
    }
    text.into_bytes()
}

/// A packet of the broker; `id` is its packet id, or whatever else it tells.
pub fn net(which: u8, id: u8) -> Vec<u8> {
    let ack = |kind| vec![kind, 2, 0, id];
    match which % 40 {
        20.. => net_5(which % 40 - 20, id),
        0 | 1 => vec![0x20, 2, 0, 0],
        2 => vec![0x20, 2, 1, 0],
        3 => vec![0x20, 2, 0, id],
        4 | 5 => ack(0x40),
        6 => ack(0x50),
        7 => ack(0x62),
        8 => ack(0x70),
        9 => vec![0x90, 3, 0, id, id % 3],
        10 => vec![0x90, 3, 0, id, 0x80],
        11 => ack(0xb0),
        12 => vec![0xd0, 0],
        13 => publish(0x30, None, id),
        14 => publish(0x32, Some(id), id),
        15 => publish(0x34, Some(id), id),
        16 => publish(0x3c, Some(id), id),
        17 => publish(0x3a, Some(id), id),
        18 => ack(0x62),
        _ => vec![id, 0x80, 0x80, 0x80, 0x80],
    }
}

/// Likewise, in a form that only MQTT 5 has.
fn net_5(which: u8, id: u8) -> Vec<u8> {
    let ack = |kind, code| vec![kind, 3, 0, id, code];
    match which {
        0..=2 => vec![0x20, 3, 0, 0, 0],
        3 => vec![0x20, 3, 1, 0, 0],
        4 => vec![0x20, 3, 0, id, 0],
        // Receive maximum, maximum QoS, alias maximum and assigned client id.
        5 => vec![0x20, 6, 0, 0, 3, 33, 0, id % 4],
        6 => vec![0x20, 8, 0, 0, 5, 36, id % 2, 34, 0, 2],
        7 => vec![0x20, 8, 0, 0, 5, 39, 0, 0, 0, id],
        8 => ack(0x40, 0x10),
        9 => ack(0x40, 0x80 | id),
        10 => ack(0x50, 0x97),
        11 => ack(0x62, 0x92),
        12 => ack(0x70, 0x92),
        13 => vec![0x90, 4, 0, id, 0, id % 3],
        14 => vec![0xb0, 4, 0, id, 0, 0x11],
        15 => vec![0xe0, 1, 0x80 | id],
        16 => vec![0xf0, 2, 0x18, 0],
        // With an alias, with one alone, and with a user property.
        17 => vec![0x32, 9, 0, 1, b't', 0, id, 3, 35, 0, id % 4],
        18 => vec![0x30, 6, 0, 0, 3, 35, 0, id % 4],
        _ => vec![0x30, 11, 0, 1, b't', 7, 38, 0, 1, b'k', 0, 1, id],
    }
}

fn publish(first: u8, id: Option<u8>, len: u8) -> Vec<u8> {
    let mut body = vec![0, 3, b'a', b'/', b'"'];
    body.extend(id.map(|id| [0, id]).iter().flatten());
    body.extend(std::iter::repeat_n(b'\r', usize::from(len % 96)));
    let mut packet = vec![first, body.len() as u8];
    packet.extend(body);
    packet
}
