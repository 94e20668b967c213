//! `NAME field=1 other="text"`, taken apart.

use mqmodem_core::mqtt::Version;
use mqmodem_faults::escape::unescape;

/// A packet's name and what is said of it, in the order written.
pub(super) struct Words<'t> {
    pub(super) name: &'t str,
    fields: Vec<(&'t str, FieldValue)>,
}

/// What stands behind the `=` of a field.
pub(super) enum FieldValue {
    Number(u32),
    Bytes(Vec<u8>),
    Pair(Vec<u8>, Vec<u8>),
}

impl<'t> Words<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, String> {
        let (name, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut fields = Vec::new();
        rest = rest.trim_start();
        while !rest.is_empty() {
            let (field, after) = field(rest)?;
            fields.push(field);
            rest = after.trim_start();
        }
        Ok(Self { name, fields })
    }

    fn take(&mut self, name: &str) -> Option<FieldValue> {
        // Two texts are a property, whatever else may have its name.
        let mut fields = self.fields.iter();
        let plain = |(field, value): &(&str, FieldValue)| {
            *field == name && !matches!(value, FieldValue::Pair(..))
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
            match wanted(name) {
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
        let place = |name: &str| self.fields.iter().position(|(field, _)| *field == name);
        match (place(name), place(end)) {
            (Some(at), Some(end)) if at > end => Ok(None),
            _ => self.number(name, max),
        }
    }

    /// Whether a field of this name is left.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| *field == name)
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
        let name = self.name;
        Err(format!(
            "{name} has no field `{field}` here, in MQTT {version}"
        ))
    }
}

type Field<'t> = ((&'t str, FieldValue), &'t str);

fn field(text: &str) -> Result<Field<'_>, String> {
    let (name, rest) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is no field; write name=1 or name=\"text\""))?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let (first, rest) = text_of(name, quoted)?;
        let Some(quoted) = rest.strip_prefix(",\"") else {
            return Ok(((name, FieldValue::Bytes(first)), rest));
        };
        let (second, rest) = text_of(name, quoted)?;
        return Ok(((name, FieldValue::Pair(first, second)), rest));
    }
    let (digits, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let number = digits
        .parse()
        .map_err(|_| format!("`{name}={digits}` is neither a number nor a \"text\""))?;
    Ok(((name, FieldValue::Number(number)), rest))
}

/// The bytes up to the quote that closes, and what follows it.
fn text_of<'t>(name: &str, quoted: &'t str) -> Result<(Vec<u8>, &'t str), String> {
    let end = closing(quoted).ok_or(format!("the quote of `{name}` is never closed"))?;
    Ok((unescape(&quoted[..end])?, &quoted[end + 1..]))
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
