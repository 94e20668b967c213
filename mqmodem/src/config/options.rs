//! Options of `AT+MQTTOPT` in a configuration.

use super::fill::{PLACEHOLDERS, check, fill};
use mqmodem_core::at::help::Range;
use mqmodem_core::at::param::Kind;
use mqmodem_core::modem::options::{OPTIONS, Opt, OptionValue, find};
use mqmodem_core::{Buf, LinkId, Slot};

/// What a modem has room for in the record of an option.
const ROOM: usize = 1024;

/// Options that are set, by their place, as texts they take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerOptions(Vec<(usize, String)>);

impl BrokerOptions {
    /// Sets the option of a name, or says what is wrong.
    pub(super) fn set(&mut self, name: &str, value: &toml::Value) -> Result<(), String> {
        let option = find(name).ok_or_else(|| unknown(name))?;
        let opt = &OPTIONS[option];
        let text = match (value, opt.param.kind) {
            (toml::Value::Integer(number), Kind::Int { .. } | Kind::Choice(_)) => {
                number.to_string()
            }
            (toml::Value::String(text), Kind::Text { .. }) => {
                let checked = check(text, PLACEHOLDERS);
                checked.map_err(|what| format!("option {}: {what}", opt.param.name))?;
                text.clone()
            }
            _ => return Err(wrong(opt, value)),
        };
        // What stands for a placeholder is known later.
        let sample = fill(&text, |_| "x".to_owned());
        opt.parse(&sample).map_err(|_| wrong(opt, value))?;
        if self.0.iter().any(|(set, _)| *set == option) {
            return Err(format!("option {} is there twice", opt.param.name));
        }
        self.0.push((option, text));
        Ok(())
    }

    /// The value of an option by its place: what is set here, or its default.
    pub fn get(&self, option: usize) -> OptionValue<'_> {
        let set = self.0.iter().find(|(place, _)| *place == option);
        let opt = &OPTIONS[option];
        let value = set.and_then(|(_, text)| opt.parse(text).ok());
        value.unwrap_or(opt.default())
    }

    /// With what stands for placeholders.
    pub(super) fn filled(&self, of: impl Fn(&str) -> String) -> Result<Self, String> {
        let mut filled = Vec::new();
        for (option, text) in &self.0 {
            let opt = &OPTIONS[*option];
            let text = fill(text, &of);
            if opt.parse(&text).is_err() {
                return Err(wrong(opt, &toml::Value::String(text)));
            }
            filled.push((*option, text));
        }
        Ok(Self(filled))
    }

    /// What a modem is to find kept.
    pub(super) fn records(&self, link: LinkId) -> impl Iterator<Item = (Slot, Vec<u8>)> {
        self.0.iter().map(move |&(option, _)| {
            let mut record = Buf::heap(ROOM);
            // No value of an option is longer.
            let _ = OPTIONS[option].encode(self.get(option), &mut record);
            let slot = Slot::Option(link, option as u8);
            (slot, record.as_slice().to_vec())
        })
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = OPTIONS.iter().map(|opt| opt.param.name).collect();
    format!(
        "there is no option {name:?}; there are {}",
        names.join(", ")
    )
}

fn wrong(opt: &Opt, value: &toml::Value) -> String {
    let (name, meaning) = (opt.param.name, opt.param.meaning);
    let range = Range(&opt.param).to_string();
    let takes = match opt.param.kind {
        Kind::Text { max, .. } => format!("a text of at most {max} bytes"),
        _ => format!("a number of {}", range.trim_matches(['(', ')'])),
    };
    format!("option {name} cannot be {value}; give it {takes}: {meaning}")
}
