//! `NAME field=1 other="text"`, taken apart.

use mqmodem_core::mqtt::Version;
use mqmodem_faults::escape::{quoted, unescape};
use std::borrow::Cow;
use std::fmt;

/// A packet in words: its name and what is said of it, in the order written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketWords<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) fields: Vec<PacketField<'t>>,
}

/// A field and what stands behind its `=`.
pub type PacketField<'t> = (Cow<'t, str>, FieldValue);

/// What stands behind the `=` of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A number.
    Number(u32),
    /// A text or bytes, in quotes.
    Bytes(Vec<u8>),
    /// The key and the value of a user property.
    Pair(Vec<u8>, Vec<u8>),
}

impl<'t> PacketWords<'t> {
    /// Reads words; what is no packet may be among them.
    pub fn parse(text: &'t str) -> Result<Self, String> {
        let (name, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut fields = Vec::new();
        rest = rest.trim_start();
        while !rest.is_empty() {
            let (field, after) = field(rest)?;
            fields.push(field);
            rest = after.trim_start();
        }
        let name = Cow::Borrowed(name);
        Ok(Self { name, fields })
    }

    /// Words without fields.
    pub(super) fn new(name: &'static str) -> PacketWords<'static> {
        let (name, fields) = (Cow::Borrowed(name), Vec::new());
        PacketWords { name, fields }
    }

    /// Adds a field.
    pub(super) fn add(&mut self, name: impl Into<Cow<'t, str>>, value: FieldValue) {
        self.fields.push((name.into(), value));
    }

    /// Adds a number.
    pub(super) fn add_number(&mut self, name: &'static str, number: impl Into<u32>) {
        self.add(name, FieldValue::Number(number.into()));
    }

    /// Adds a text.
    pub(super) fn add_text(&mut self, name: &'static str, text: &[u8]) {
        self.add(name, FieldValue::Bytes(text.to_vec()));
    }

    /// The same for good.
    pub fn into_owned(self) -> PacketWords<'static> {
        let owned = |name: Cow<'_, str>| Cow::Owned(name.into_owned());
        let fields = self.fields.into_iter();
        PacketWords {
            name: owned(self.name),
            fields: fields.map(|(name, value)| (owned(name), value)).collect(),
        }
    }

    /// A text; none where there is no such field.
    pub fn text(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find_map(|(field, value)| match value {
            FieldValue::Bytes(text) if field == name => Some(&text[..]),
            _ => None,
        })
    }

    /// Leaves so many bytes of a text at most, and whole characters where it has such.
    pub fn cut_text(&mut self, name: &str, most: usize) {
        let cut = |text: &mut Vec<u8>| {
            let end = std::str::from_utf8(text).map_or(most, |it| it.floor_char_boundary(most));
            text.truncate(end);
        };
        for (field, value) in &mut self.fields {
            match value {
                FieldValue::Bytes(text) if field == name => cut(text),
                _ => {}
            }
        }
    }

    /// Changes each text, those of properties too.
    pub fn change_texts(&mut self, mut change: impl FnMut(&mut Vec<u8>)) {
        for (_, value) in &mut self.fields {
            match value {
                FieldValue::Number(_) => {}
                FieldValue::Bytes(text) => change(text),
                FieldValue::Pair(key, value) => {
                    change(key);
                    change(value);
                }
            }
        }
    }

    /// Adds a field behind the others.
    pub fn put(&mut self, name: &'static str, value: FieldValue) {
        self.add(name, value);
    }

    /// Takes out a text; none where there is no such field.
    pub fn take_text(&mut self, name: &str) -> Option<Vec<u8>> {
        match self.take(name)? {
            FieldValue::Bytes(text) => Some(text),
            _ => None,
        }
    }

    /// What the packet is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is said of it.
    pub fn fields(&self) -> &[PacketField<'t>] {
        &self.fields
    }

    fn take(&mut self, name: &str) -> Option<FieldValue> {
        // Two texts are a property, whatever else may have its name.
        let mut fields = self.fields.iter();
        let plain = |(field, value): &PacketField<'_>| {
            field == name && !matches!(value, FieldValue::Pair(..))
        };
        let at = fields.position(plain)?;
        Some(self.fields.remove(at).1)
    }

    /// All fields that `wanted` finds something for, in their order.
    pub(super) fn take_all<T>(
        &mut self,
        wanted: impl Fn(&str) -> Option<T>,
    ) -> Vec<(T, FieldValue)> {
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for (name, value) in self.fields.drain(..) {
            match wanted(&name) {
                Some(what) => taken.push((what, value)),
                None => left.push((name, value)),
            }
        }
        self.fields = left;
        taken
    }

    /// A number of a field that comes before the next field called `end`.
    pub(super) fn number_before(
        &mut self,
        end: &str,
        name: &str,
        max: u32,
    ) -> Result<Option<u32>, String> {
        let place = |name: &str| self.fields.iter().position(|(field, _)| field == name);
        match (place(name), place(end)) {
            (Some(at), Some(end)) if at > end => Ok(None),
            _ => self.number(name, max),
        }
    }

    /// Whether a field of this name is left.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// A number up to `max`, if it is said.
    pub(super) fn number(&mut self, name: &str, max: u32) -> Result<Option<u32>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(FieldValue::Number(number)) if number <= max => Ok(Some(number)),
            Some(_) => Err(format!("`{name}` is a number from 0 to {max}")),
        }
    }

    /// Text, if it is said.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(FieldValue::Bytes(bytes)) => Ok(Some(bytes)),
            Some(_) => Err(format!("write {name}=\"...\" with quotes")),
        }
    }

    /// A field that must be there.
    pub(super) fn missing(&self, name: &str) -> String {
        format!("{} wants a field `{name}=...`", self.name)
    }

    /// Nothing may be left that the packet has no place for.
    pub(super) fn finish(&self, version: Version) -> Result<(), String> {
        let Some((field, _)) = self.fields.first() else {
            return Ok(());
        };
        let version = match version {
            Version::V311 => "3.1.1",
            Version::V5 => "5",
        };
        let name = &self.name;
        Err(format!(
            "{name} has no field `{field}` here, in MQTT {version}"
        ))
    }
}

type Field<'t> = (PacketField<'t>, &'t str);

fn field(text: &str) -> Result<Field<'_>, String> {
    let (name, rest) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is no field; write name=1 or name=\"text\""))?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let (first, rest) = text_of(name, quoted)?;
        let Some(quoted) = rest.strip_prefix(",\"") else {
            return Ok(((name.into(), FieldValue::Bytes(first)), rest));
        };
        let (second, rest) = text_of(name, quoted)?;
        return Ok(((name.into(), FieldValue::Pair(first, second)), rest));
    }
    let (digits, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let number = digits
        .parse()
        .map_err(|_| format!("`{name}={digits}` is neither a number nor a \"text\""))?;
    Ok(((name.into(), FieldValue::Number(number)), rest))
}

/// The bytes up to the quote that closes, and what follows it.
fn text_of<'t>(name: &str, quoted: &'t str) -> Result<(Vec<u8>, &'t str), String> {
    let end = closing(quoted).ok_or(format!("the quote of `{name}` is never closed"))?;
    Ok((unescape(&quoted[..end])?, &quoted[end + 1..]))
}

impl fmt::Display for PacketWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (name, value) in &self.fields {
            match value {
                FieldValue::Number(number) => write!(f, " {name}={number}")?,
                FieldValue::Bytes(text) => write!(f, " {name}={}", quoted(text))?,
                FieldValue::Pair(key, value) => {
                    write!(f, " {name}={},{}", quoted(key), quoted(value))?;
                }
            }
        }
        Ok(())
    }
}

/// Where the quote closes.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}
