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
    /// The link that the next event is about, where the modem says that: in the test
    /// build, since no dialect does.
    pub(crate) fn named_link(&self) -> Option<usize> {
        let Self::Line(line) = self else {
            return None;
        };
        line.strip_prefix("+TESTLINK:")?.parse().ok()
    }

    /// Whether it says that the modem has restarted.
    pub(crate) fn is_restart(&self) -> bool {
        matches!(self, Self::Line(line) if line == "RDY")
    }
}

/// Takes the first frame off what was read, none if it is not whole.
pub(crate) fn take(read: &mut Vec<u8>) -> Result<Option<Reply>, String> {
    let Some(body) = read.strip_prefix(b"\r\n") else {
        let begins = b"\r\n".starts_with(read);
        let junk = || format!("no frame: {}", read[..read.len().min(80)].escape_ascii());
        return if begins { Ok(None) } else { Err(junk()) };
    };
    let taken = if is_or_begins(body, b"+MQTTRECV:") {
        message(body, b"+MQTTRECV:", false)
    } else if is_or_begins(body, b"+MQTTREAD:") {
        message(body, b"+MQTTREAD:", true)
    } else {
        line(body)
    }?;
    let Some((said, len)) = taken else {
        return Ok(None);
    };
    read.drain(..2 + len);
    Ok(Some(said))
}

type Taken = Result<Option<(Reply, usize)>, String>;

/// Whether `body` starts with this, or is too short to tell.
fn is_or_begins(body: &[u8], start: &[u8]) -> bool {
    let len = body.len().min(start.len());
    body[..len] == start[..len]
}

fn line(body: &[u8]) -> Taken {
    let Some(end) = body.windows(2).position(|pair| pair == b"\r\n") else {
        return Ok(None);
    };
    let text = String::from_utf8(body[..end].to_vec()).map_err(|_| "a line that is no text")?;
    if text.is_empty() {
        return Err("an empty line".to_owned());
    }
    Ok(Some((Reply::Line(text), end + 2)))
}

/// `"<topic>",<qos>,<retain>,<length>,<payload>`, a number before it or not.
fn message(body: &[u8], start: &[u8], numbered: bool) -> Taken {
    let Some(fields) = body.strip_prefix(start) else {
        return Ok(None);
    };
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
    let len = start.len() + last + 1 + length + 2;
    Ok(Some((Reply::Message(message), len)))
}
