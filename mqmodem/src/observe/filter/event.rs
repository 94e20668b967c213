//! What a filter looks at in an event.

use serde_json::Value;

/// What `is:` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    Error,
    Urc,
    Fault,
    In,
    Out,
    At,
    Mqtt,
}

/// An event as its line in a trace has it.
pub(super) struct EventView<'e>(&'e Value);

/// What is searched of events that are neither lines nor packets.
const TEXTS: [&str; 9] = [
    "type", "what", "state", "words", "to", "by", "text", "lines", "slot",
];

/// What a link is closed with that a command closes.
const BY_COMMAND: u64 = 33;

/// From here on a reason code of MQTT 5 is a failure.
const FAILURE: u64 = 0x80;

impl<'e> EventView<'e> {
    pub(super) fn new(event: &'e Value) -> Self {
        Self(event)
    }

    /// The text of a field; nothing where there is none.
    pub(super) fn text(&self, key: &str) -> &'e str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key).and_then(Value::as_u64)
    }

    /// When it happened, in microseconds since 1970.
    pub(super) fn time(&self) -> u64 {
        self.number("t").unwrap_or_default()
    }

    /// What words are searched in, in small letters.
    pub(super) fn searched(&self) -> String {
        if matches!(self.text("type"), "line" | "packet") {
            return self.text("text").to_lowercase();
        }
        let texts: Vec<_> = TEXTS.iter().map(|key| self.text(key)).collect();
        let texts: Vec<_> = texts.into_iter().filter(|it| !it.is_empty()).collect();
        texts.join(" ").to_lowercase()
    }

    /// The topics of a packet, that of a will too.
    pub(super) fn topics(&self) -> impl Iterator<Item = &'e str> {
        let own = ["topic", "will"].map(|key| self.0.get(key));
        let listed = self.listed("topics").map(|it| it.get("topic"));
        let all = own.into_iter().chain(listed).flatten();
        all.filter_map(Value::as_str)
    }

    fn listed(&self, key: &str) -> impl Iterator<Item = &'e Value> + use<'e> {
        let list = self.0.get(key).and_then(Value::as_array);
        list.into_iter().flatten()
    }

    /// Whether a field has this number. What a packet leaves out is 0.
    pub(super) fn has_number(&self, key: &str, number: u64) -> bool {
        let left_out = match (key, self.text("name")) {
            ("qos", "PUBLISH") | ("code", "CONNACK") => Some(0),
            _ => None,
        };
        let mut listed: Vec<_> = match key {
            "code" => self.listed("codes").map(Value::as_u64).collect(),
            "qos" => self
                .listed("topics")
                .map(|it| it.get("qos").and_then(Value::as_u64))
                .collect(),
            _ => Vec::new(),
        };
        listed.push(self.number(key).or(left_out));
        listed.contains(&Some(number))
    }

    pub(super) fn is(&self, kind: EventKind) -> bool {
        let type_ = self.text("type");
        match kind {
            EventKind::Error => self.is_error(),
            EventKind::Urc => type_ == "line" && self.text("kind") == "urc",
            EventKind::Fault => type_ == "fault",
            EventKind::In => self.text("dir") == "in",
            EventKind::Out => self.text("dir") == "out",
            EventKind::At => matches!(type_, "line" | "port"),
            EventKind::Mqtt => matches!(type_, "packet" | "link"),
        }
    }

    fn is_error(&self) -> bool {
        let code = self.number("code").unwrap_or_default();
        match self.text("type") {
            "line" => self.text("kind") == "result" && is_error(self.text("text")),
            "link" => {
                let by_broker = self.text("by") == "broker";
                self.text("what") == "failed" || by_broker || !matches!(code, 0 | BY_COMMAND)
            }
            "store" => self.text("what") == "failed",
            "packet" => match self.text("name") {
                "malformed" => true,
                "CONNACK" => code != 0,
                _ => {
                    let codes = self.listed("codes").filter_map(Value::as_u64);
                    codes.chain([code]).any(|code| code >= FAILURE)
                }
            },
            _ => false,
        }
    }
}

/// Whether a final result says that the line failed.
fn is_error(text: &str) -> bool {
    matches!(text, "ERROR" | "4")
        || text.starts_with("+CME ERROR")
        || text.starts_with("+CMS ERROR")
}
