//! A packet of MQTT as an event.

use super::direction::TraceDirection;
use super::payload::PayloadLimit;
use data_encoding::BASE64;
use mqmodem_chat::{FieldValue, PacketField, PacketWords};
use mqmodem_core::mqtt::Version;
use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

/// A packet between modem and broker.
#[derive(Clone, Debug, PartialEq)]
pub struct TracePacket {
    /// Which way.
    pub dir: TraceDirection,
    /// The link.
    pub link: u8,
    /// Bytes on the wire.
    pub bytes: usize,
    /// The version of MQTT of the connection.
    pub version: Version,
    /// What it says.
    pub content: PacketText,
    /// Its bytes, where the words do not give them and nothing is hidden.
    pub raw: Option<Vec<u8>>,
    /// How long the payload is, where not all of it is in the words.
    pub payload_bytes: Option<usize>,
}

/// What a packet says.
#[derive(Clone, Debug, PartialEq)]
pub enum PacketText {
    /// The words of a chat, with `***` where something is hidden.
    Words(PacketWords<'static>),
    /// It is none: what it is instead, and that in more words.
    Other(&'static str, String),
}

/// What is called so in an event is no packet of MQTT.
pub(super) const MALFORMED: &str = "malformed";

/// Texts of a packet that are payload.
const PAYLOADS: [&str; 2] = ["payload", "willpayload"];

impl TracePacket {
    /// The name of the packet, as MQTT has it.
    pub fn name(&self) -> &str {
        match &self.content {
            PacketText::Words(words) => words.name(),
            PacketText::Other(name, _) => name,
        }
    }

    /// The line a chat would have of it, behind its `broker >`.
    pub fn text(&self) -> String {
        match &self.content {
            PacketText::Words(words) => words.to_string(),
            PacketText::Other(_, text) => text.clone(),
        }
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        let fields = match &self.content {
            PacketText::Words(words) => size_of_val(words.fields()),
            PacketText::Other(_, text) => text.len(),
        };
        fields + self.bytes + self.raw.as_ref().map_or(0, Vec::len)
    }

    /// The bytes on the wire; with `***` where something is hidden, and none where a part is
    /// missing.
    pub fn wire(&self) -> Option<Vec<u8>> {
        if self.payload_bytes.is_some() {
            return None;
        }
        match (&self.raw, &self.content) {
            (Some(raw), _) => Some(raw.clone()),
            (None, PacketText::Words(words)) => words.encode(self.version).ok(),
            (None, PacketText::Other(..)) => None,
        }
    }

    /// Leaves out what is too much of a payload.
    pub(super) fn limit(&mut self, limit: PayloadLimit) {
        let PacketText::Words(words) = &mut self.content else {
            return;
        };
        for name in PAYLOADS {
            let Some(len) = words.text(name).map(<[u8]>::len) else {
                continue;
            };
            match limit.of(len) {
                most if most == len => continue,
                0 => drop(words.take_text(name)),
                most => words.cut_text(name, most),
            }
            self.payload_bytes.get_or_insert(len);
            self.raw = None;
        }
    }
}

impl Serialize for TracePacket {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("dir", &self.dir)?;
        map.serialize_entry("link", &self.link)?;
        map.serialize_entry("name", self.name())?;
        if self.version == Version::V5 {
            map.serialize_entry("mqtt", &5)?;
        }
        if let PacketText::Words(words) = &self.content {
            for (key, value) in fields(words) {
                map.serialize_entry(&key, &value)?;
            }
        }
        if let Some(bytes) = self.payload_bytes {
            map.serialize_entry("payload_bytes", &bytes)?;
        }
        map.serialize_entry("bytes", &self.bytes)?;
        map.serialize_entry("text", &self.text())?;
        if let Some(raw) = &self.raw {
            map.serialize_entry("raw", &BASE64.encode(raw))?;
        }
        map.end()
    }
}

/// What words say, by key. What may be repeated is a list.
fn fields(words: &PacketWords<'_>) -> Map<String, Value> {
    let mut map = Map::new();
    let (mut props, mut topics, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    let is_list = matches!(
        words.name(),
        "SUBSCRIBE" | "UNSUBSCRIBE" | "SUBACK" | "UNSUBACK"
    );
    for field in words.fields() {
        let (key, value) = entry(field);
        if words.is_property(field) {
            props.push(property(&key, value));
        } else if is_list && *field.0 == *"code" {
            codes.push(value);
        } else if is_list && *field.0 == *"topic" {
            topics.push(Map::from_iter([(key, value)]));
        } else if let Some(topic) = topics.last_mut() {
            topic.insert(key, value);
        } else {
            map.insert(key, value);
        }
    }
    for (key, list) in [("codes", codes), ("props", props)] {
        if !list.is_empty() {
            map.insert(key.to_owned(), list.into());
        }
    }
    if !topics.is_empty() {
        let topics: Vec<Value> = topics.into_iter().map(Value::Object).collect();
        map.insert("topics".to_owned(), topics.into());
    }
    map
}

fn property(key: &str, value: Value) -> Value {
    match value {
        Value::Array(pair) => {
            let mut all = vec![json!(key)];
            all.extend(pair);
            all.into()
        }
        value => json!([key, value]),
    }
}

/// The key and the value of a field. What is no text is in base64, which the key says.
fn entry((name, value): &PacketField<'_>) -> (String, Value) {
    let base64 = |bytes: &[u8]| json!(BASE64.encode(bytes));
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(|text| json!(text));
    let plain = match value {
        FieldValue::Number(number) => Some(json!(number)),
        FieldValue::Bytes(bytes) => text(bytes),
        FieldValue::Pair(key, value) => text(key).zip(text(value)).map(|(a, b)| json!([a, b])),
    };
    let encoded = || match value {
        FieldValue::Number(number) => json!(number),
        FieldValue::Bytes(bytes) => base64(bytes),
        FieldValue::Pair(key, value) => json!([base64(key), base64(value)]),
    };
    match plain {
        Some(plain) => (name.to_string(), plain),
        None => (format!("{name}64"), encoded()),
    }
}

/// What is read of a packet: its text says the rest.
#[derive(Deserialize)]
struct Written {
    dir: TraceDirection,
    link: u8,
    name: String,
    #[serde(default)]
    mqtt: u8,
    #[serde(default)]
    payload_bytes: Option<usize>,
    bytes: usize,
    text: String,
    #[serde(default)]
    raw: Option<String>,
}

impl<'de> Deserialize<'de> for TracePacket {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(from)?;
        let raw = written.raw.map(|raw| BASE64.decode(raw.as_bytes()));
        let content = if written.name == MALFORMED {
            PacketText::Other(MALFORMED, written.text)
        } else {
            let words = PacketWords::parse(&written.text).map_err(D::Error::custom)?;
            PacketText::Words(words.into_owned())
        };
        Ok(Self {
            dir: written.dir,
            link: written.link,
            bytes: written.bytes,
            version: if written.mqtt == 5 {
                Version::V5
            } else {
                Version::V311
            },
            content,
            raw: raw.transpose().map_err(D::Error::custom)?,
            payload_bytes: written.payload_bytes,
        })
    }
}
