//! The tables behind the commands: options, result codes, errors.

use super::words::range;
use mqmodem_core::dialect;
use mqmodem_core::modem::api::Failure;
use mqmodem_core::modem::code;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::modem::options::OPTIONS;

/// One table of the manual.
pub(super) struct ManualTable {
    /// What it lists.
    pub(super) title: &'static str,
    /// Its columns.
    pub(super) columns: &'static [&'static str],
    /// Its rows, a text for each column.
    pub(super) rows: Vec<Vec<String>>,
}

/// Every table, in the manual's order: those of what only the default set has words for stand
/// in its manual alone.
pub(super) fn tables(dialect: &Dialect) -> Vec<ManualTable> {
    let is_default = dialect.name == dialect::DEFAULT.name;
    let mut tables = Vec::new();
    if is_default {
        tables.extend([options(), results()]);
    }
    if !dialect.codes.is_empty() {
        tables.push(errors(dialect));
    }
    tables
}

fn options() -> ManualTable {
    let row = |opt: &mqmodem_core::modem::options::Opt| {
        let param = &opt.param;
        vec![
            param.name.to_owned(),
            range(param),
            param.example.to_owned(),
            param.meaning.to_owned(),
        ]
    };
    ManualTable {
        title: "Options of `AT+MQTTOPT`",
        columns: &["option", "range", "default", "meaning"],
        rows: OPTIONS.iter().map(row).collect(),
    }
}

fn results() -> ManualTable {
    let row = |code| {
        let failure = Failure::of(code);
        vec![
            code.to_string(),
            failure.layer.to_owned(),
            failure.to_string(),
        ]
    };
    ManualTable {
        title: "Result codes of `+MQTTCONNECT:` and `+MQTTDISCONNECTED:`",
        columns: &["code", "layer", "meaning"],
        rows: code::all().map(row).collect(),
    }
}

fn errors(dialect: &Dialect) -> ManualTable {
    let row = |(code, words): &(u16, &str)| vec![code.to_string(), (*words).to_owned()];
    ManualTable {
        title: "Errors of `+CME ERROR:`",
        columns: &["code", "words with `+CMEE=2`"],
        rows: dialect.codes.iter().map(row).collect(),
    }
}
