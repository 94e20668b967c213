//! A list of the modems of a fleet: who each is to the broker. One line a modem,
//! `name,username,password,certificate,key`.

use crate::config::broker::{Broker, TlsPaths};
use crate::config::fill::literal;
use crate::config::secret::Secret;
use crate::config::text::{is_exposed, read};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The columns, in the order they have where no first line says another.
const COLUMNS: [&str; 5] = ["name", "username", "password", "certificate", "key"];

/// What other lists call them: a first line of such is no modem.
const NEARLY_COLUMNS: [&str; 9] = [
    "device",
    "modem",
    "login",
    "user_name",
    "pass",
    "passwd",
    "pw",
    "pwd",
    "private_key",
];

/// The list, in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    path: PathBuf,
    rows: Vec<Row>,
    by_name: HashMap<String, usize>,
}

/// One modem. What is empty in the file is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    line: usize,
    name: String,
    username: Option<String>,
    password: Option<Secret>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl List {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = read(path).map_err(|error| error.to_string())?;
        Self::parse(path, &text)
    }

    /// Warns where everyone on this machine can read the file.
    pub(crate) fn warn_of_exposed(&self) {
        if is_exposed(&self.path) {
            let path = self.path.display();
            tracing::warn!("everyone on this machine can read {path}: chmod o-r {path}");
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let mut list = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        let mut columns = COLUMNS.to_vec();
        let mut is_first = true;
        for (line, text) in (1..).zip(text.lines()) {
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let wrong = |what: String| format!("{}:{line}: {what}", path.display());
            let fields = fields(text).map_err(|what| wrong(what.to_owned()))?;
            if std::mem::take(&mut is_first) && is_header(&fields) {
                columns = header(&fields).map_err(wrong)?;
                continue;
            }
            let row = Row::of(&columns, fields, path, line).map_err(wrong)?;
            if let Some(before) = list.by_name.insert(row.name.clone(), list.rows.len()) {
                let before = list.rows[before].line;
                let name = &row.name;
                return Err(wrong(format!("line {before} is of \"{name}\" too")));
            }
            list.rows.push(row);
        }
        if list.rows.is_empty() {
            return Err(format!("{}: there is no modem in it", path.display()));
        }
        Ok(list)
    }

    /// How many modems it names.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The name of the modem at this place.
    pub(crate) fn name(&self, index: u32) -> Option<&str> {
        self.rows.get(index as usize).map(|row| &*row.name)
    }

    /// The broker as the modem of this name sees it; what does not fit together.
    pub(crate) fn broker_of(&self, name: &str, usual: &Broker) -> Result<Broker, String> {
        let file = self.path.display();
        let row = self.by_name.get(name).map(|at| &self.rows[*at]);
        let row = row.ok_or_else(|| format!("{file}: there is no line for \"{name}\""))?;
        let wrong = |what: &str| format!("{file}:{}: {what}", row.line);
        let broker = row.on(usual).map_err(wrong)?;
        match broker.objection() {
            None => Ok(broker),
            Some(what) => Err(wrong(what)),
        }
    }
}

impl Row {
    fn of(columns: &[&str], fields: Vec<String>, list: &Path, line: usize) -> Result<Self, String> {
        if fields.len() > columns.len() {
            return Err(format!(
                "{} fields are too many: a line is {}; one that holds a comma stands in quotes",
                fields.len(),
                columns.join(",")
            ));
        }
        let beside = |path: String| list.parent().unwrap_or(Path::new("")).join(path);
        let mut row = Self {
            line,
            ..Self::default()
        };
        let said = columns.iter().zip(fields);
        for (column, field) in said.filter(|(_, field)| !field.is_empty()) {
            match *column {
                "name" => row.name = field,
                "username" => row.username = Some(field),
                "password" => row.password = Some(Secret(field)),
                "certificate" => row.certificate = Some(beside(field)),
                _ => row.key = Some(beside(field)),
            }
        }
        let name = &row.name;
        if name.is_empty() || name.len() > 200 || name.contains(char::is_control) {
            return Err("the name is to be 1 to 200 printable characters".to_owned());
        }
        if columns.len() > 1 && name.contains([';', '\t']) {
            return Err("the fields of a line are separated by commas".to_owned());
        }
        Ok(row)
    }

    fn on(&self, usual: &Broker) -> Result<Broker, &'static str> {
        let text = |text: &String| literal(text);
        let path = |path: &PathBuf| match path.to_str() {
            Some(path) => PathBuf::from(literal(path)),
            None => path.clone(),
        };
        let mut broker = usual.clone();
        if let Some(username) = &self.username {
            broker.username = Some(text(username));
        }
        if let Some(password) = &self.password {
            broker.password = Some(Secret(text(&password.0)));
            broker.password_file = None;
        }
        if self.certificate.is_some() || self.key.is_some() {
            let tls = broker.tls.as_mut();
            let tls: &mut TlsPaths =
                tls.ok_or("a certificate needs TLS: write url = \"mqtts://...\" in [broker]")?;
            tls.certificate = self
                .certificate
                .as_ref()
                .map(path)
                .or(tls.certificate.take());
            tls.key = self.key.as_ref().map(path).or(tls.key.take());
        }
        Ok(broker)
    }
}

/// The column a field of a first line names.
fn column(field: &str) -> Option<&'static str> {
    match field.to_ascii_lowercase().as_str() {
        "user" => Some("username"),
        "cert" => Some("certificate"),
        other => COLUMNS.into_iter().find(|it| *it == other),
    }
}

/// Whether a field is what other lists call a column.
fn is_nearly_column(field: &str) -> bool {
    NEARLY_COLUMNS
        .iter()
        .any(|it| it.eq_ignore_ascii_case(field))
}

/// Whether a first line is meant to name columns, rightly or not. A modem in its
/// place would have the name of a column for a password.
fn is_header(fields: &[String]) -> bool {
    let named = |field: &&String| column(field).is_some() || is_nearly_column(field);
    column(&fields[0]) == Some("name") || fields.iter().filter(named).count() > 1
}

fn header(fields: &[String]) -> Result<Vec<&'static str>, String> {
    let there_are = COLUMNS.join(", ");
    let mut columns = Vec::new();
    for field in fields {
        let name = match column(field) {
            Some(name) => name,
            None if is_nearly_column(field) => {
                let what = format!("there is no column \"{field}\"; there are {there_are}");
                return Err(what);
            }
            // It is not shown: if the line is a modem after all, it may be a secret.
            None => {
                return Err(format!(
                    "this first line names columns, and others that there are not; there are \
                     {there_are}: if it is a modem, write a line {} above",
                    COLUMNS.join(",")
                ));
            }
        };
        if columns.contains(&name) {
            return Err(format!("the column {name} is there twice"));
        }
        columns.push(name);
    }
    if !columns.contains(&"name") {
        return Err(format!(
            "the first line lacks the column name; there are {there_are}"
        ));
    }
    Ok(columns)
}

/// The fields of a line: between commas, trimmed, or as they stand in quotes, with
/// `""` for a quote.
fn fields(line: &str) -> Result<Vec<String>, &'static str> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let start = rest.trim_start();
        let behind = if let Some(inner) = start.strip_prefix('"') {
            let (field, behind) = quoted(inner).ok_or("a quote is not closed on its line")?;
            fields.push(field);
            behind.trim_start()
        } else {
            let (field, behind) = start.split_at(start.find(',').unwrap_or(start.len()));
            fields.push(field.trim_end().to_owned());
            behind
        };
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None if behind.is_empty() => return Ok(fields),
            None => return Err("something stands behind a closing quote; write \"\" for a quote"),
        }
    }
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (part, behind) = rest.split_once('"')?;
        field.push_str(part);
        match behind.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Some((field, behind)),
        }
    }
}

#[cfg(test)]
mod tests;
