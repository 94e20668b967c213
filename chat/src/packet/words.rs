//! `NAME field=1 other="text"`, taken apart.

use crate::escape::unescape;

/// A packet's name and what is said of it, in the order written.
pub(super) struct Words<'t> {
    pub(super) name: &'t str,
    fields: Vec<(&'t str, Value)>,
}

enum Value {
    Number(u32),
    Bytes(Vec<u8>),
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

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.fields.iter().position(|(field, _)| *field == name)?;
        Some(self.fields.remove(at).1)
    }

    /// Whether a field of this name is left.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| *field == name)
    }

    /// A number up to `max`, if it is said.
    pub(super) fn number(&mut self, name: &str, max: u32) -> Result<Option<u32>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Number(number)) if number <= max => Ok(Some(number)),
            Some(_) => Err(format!("`{name}` is a number from 0 to {max}")),
        }
    }

    /// Text, if it is said.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Value::Number(_)) => Err(format!("write {name}=\"...\" with quotes")),
        }
    }

    /// A field that must be there.
    pub(super) fn missing(&self, name: &str) -> String {
        format!("{} wants a field `{name}=...`", self.name)
    }

    /// Nothing may be left that the packet has no place for.
    pub(super) fn finish(&self) -> Result<(), String> {
        match self.fields.first() {
            None => Ok(()),
            Some((field, _)) => Err(format!("{} has no field `{field}` here", self.name)),
        }
    }
}

type Field<'t> = ((&'t str, Value), &'t str);

fn field(text: &str) -> Result<Field<'_>, String> {
    let (name, rest) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is no field; write name=1 or name=\"text\""))?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let end = closing(quoted).ok_or(format!("the quote of `{name}` is never closed"))?;
        let value = Value::Bytes(unescape(&quoted[..end])?);
        return Ok(((name, value), &quoted[end + 1..]));
    }
    let (digits, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let number = digits
        .parse()
        .map_err(|_| format!("`{name}={digits}` is neither a number nor a \"text\""))?;
    Ok(((name, Value::Number(number)), rest))
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
