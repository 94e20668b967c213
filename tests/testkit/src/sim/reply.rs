//! What a host reads: frames, strictly.

/// One thing the modem has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Line(String),
    Message(Received),
}

/// A message, `+MQTTRECV` or `+MQTTREAD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Only of `+MQTTREAD`.
    pub(crate) number: Option<u32>,
    pub(crate) topic: String,
    pub(crate) qos: u8,
    pub(crate) content: Vec<u8>,
}

impl Reply {
    /// Whether it says that the modem has restarted.
    pub(crate) fn is_restart(&self) -> bool {
        matches!(self, Self::Line(line) if line == "RDY")
    }
}

/// Events of a link. Those of all but the first have its number behind the name.
const EVENTS: &[&str] = &[
    "+MQTTRECV",
    "+MQTTRECVIND",
    "+MQTTPUBACK",
    "+MQTTDISCONNECTED",
    "+MQTTCONNECTED",
    "+MQTTRECVDROPPED",
    "+MQTTPUBDROPPED",
];

/// How a line begins.
struct Head {
    name: String,
    /// The link, if it is an event of one.
    link: Option<usize>,
    /// Bytes up to where the name ends.
    len: usize,
}

/// How a line begins, none if that is not whole.
fn head(body: &[u8]) -> Result<Option<Head>, String> {
    let Some(len) = body.iter().position(|byte| matches!(byte, b':' | b'\r')) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&body[..len]).map_err(|_| "a line that is no text")?;
    let (name, number) = text.split_once('.').unwrap_or((text, "0"));
    let link = if EVENTS.contains(&name) {
        let number = number.parse().ok().filter(|_| !text.ends_with(".0"));
        Some(number.ok_or_else(|| format!("no link: {text}"))?)
    } else {
        None
    };
    let name = if link.is_some() { name } else { text }.to_owned();
    Ok(Some(Head { name, link, len }))
}

/// A reply, and the link it is of if it is an event of one.
pub(crate) type Taken = (Option<usize>, Reply);

/// Takes the first frame off what was read, none if it is not whole.
pub(crate) fn take(read: &mut Vec<u8>) -> Result<Option<Taken>, String> {
    let Some(body) = read.strip_prefix(b"\r\n") else {
        let begins = b"\r\n".starts_with(read);
        let junk = || format!("no frame: {}", read[..read.len().min(80)].escape_ascii());
        return if begins { Ok(None) } else { Err(junk()) };
    };
    let Some(Head { name, link, len }) = head(body)? else {
        return Ok(None);
    };
    let rest = &body[len..];
    let taken = match &*name {
        "+MQTTRECV" => message(rest, false),
        "+MQTTREAD" => message(rest, true),
        name => line(name, rest),
    }?;
    let Some((reply, count)) = taken else {
        return Ok(None);
    };
    read.drain(..2 + len + count);
    Ok(Some((link, reply)))
}

type Parsed = Result<Option<(Reply, usize)>, String>;

/// What stands behind a name, up to the end of the line.
fn line(name: &str, rest: &[u8]) -> Parsed {
    let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
        return Ok(None);
    };
    let rest = std::str::from_utf8(&rest[..end]).map_err(|_| "a line that is no text")?;
    let text = format!("{name}{rest}");
    if text.is_empty() {
        return Err("an empty line".to_owned());
    }
    Ok(Some((Reply::Line(text), end + 2)))
}

/// `"<topic>",<qos>,<retain>,<length>,<payload>`, a number before it or not.
fn message(rest: &[u8], numbered: bool) -> Parsed {
    let fields = rest.strip_prefix(b":").ok_or("a message without content")?;
    let count = if numbered { 5 } else { 4 };
    let commas = fields.iter().enumerate().filter(|(_, byte)| **byte == b',');
    let Some((last, _)) = commas.clone().nth(count - 1) else {
        return Ok(None);
    };
    let bad = || format!("a bad message: {}", fields.escape_ascii());
    let text = std::str::from_utf8(&fields[..last]).map_err(|_| bad())?;
    let mut values = text.split(',');
    let mut number = || values.next().and_then(|value| value.parse::<u32>().ok());
    let number_of_message = if numbered {
        Some(number().ok_or_else(bad)?)
    } else {
        None
    };
    let topic = values.next().ok_or_else(bad)?;
    let mut number = || values.next().and_then(|value| value.parse::<u32>().ok());
    let (Some(qos @ 0..=2), Some(0), Some(length)) = (number(), number(), number()) else {
        return Err(bad());
    };
    let content = &fields[last + 1..];
    let length = length as usize;
    let Some(end) = content.get(length..length + 2) else {
        return Ok(None);
    };
    if end != b"\r\n" {
        return Err(bad());
    }
    let message = Received {
        number: number_of_message,
        topic: topic.trim_matches('"').to_owned(),
        qos: qos as u8,
        content: content[..length].to_vec(),
    };
    let len = 1 + last + 1 + length + 2;
    Ok(Some((Reply::Message(message), len)))
}
