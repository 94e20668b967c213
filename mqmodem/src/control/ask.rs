//! Asks a modem for what a line says.

use super::line::{ControlAsk, ControlLine};
use crate::driver::{ControlAnswer, ControlRequest, FaultDesk};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a modem may take for what it does at once.
const PATIENCE: Duration = Duration::from_secs(10);
/// Modems that are named where one is to be chosen.
const NAMED: usize = 10;

/// Asks the modem of a line, or the only one there is, for what it says.
pub(crate) async fn ask(line: ControlLine, desk: &FaultDesk) -> ControlAnswer {
    let ControlAsk::Wish(wish, within) = line.what else {
        return Err("events are told at the control socket".to_owned());
    };
    let name = named(line.modem, desk)?;
    let way = desk.sender_to(&name).ok_or_else(|| nobody(&name, desk))?;
    let gone = || format!("the modem \"{name}\" has ended");
    let (reply, answered) = oneshot::channel();
    let request = ControlRequest {
        what: wish,
        answer: reply,
    };
    let patience = within.unwrap_or(PATIENCE);
    let answered = async {
        way.send(request).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    };
    let late = match within {
        Some(_) => "it has not acted in that time",
        None => "the modem did not answer in time",
    };
    let answered = tokio::time::timeout(patience, answered).await;
    answered.unwrap_or_else(|_| Err(late.to_owned()))
}

/// The modem that is named, if it runs; without a name the only one.
pub(super) fn named(name: Option<String>, desk: &FaultDesk) -> Result<String, String> {
    match name {
        Some(name) if desk.sender_to(&name).is_some() => Ok(name),
        Some(name) => Err(nobody(&name, desk)),
        None => only(desk),
    }
}

/// The one modem there is.
fn only(desk: &FaultDesk) -> Result<String, String> {
    let names = desk.names();
    match names.as_slice() {
        [name] => Ok(name.clone()),
        [] => Err("no modem runs".to_owned()),
        _ => Err(format!(
            "write `modem NAME` before it; there are {}",
            listed(&names)
        )),
    }
}

fn nobody(name: &str, desk: &FaultDesk) -> String {
    match desk.names().as_slice() {
        [] => "no modem runs".to_owned(),
        names => format!("no modem \"{name}\" runs; there are {}", listed(names)),
    }
}

/// Names, as they are written behind `modem`.
fn listed(names: &[String]) -> String {
    let quoted = names.iter().take(NAMED).map(|name| {
        if name.contains(' ') {
            format!("\"{name}\"")
        } else {
            name.clone()
        }
    });
    let mut all: Vec<_> = quoted.collect();
    if names.len() > NAMED {
        all.push(format!("and {} more", names.len() - NAMED));
    }
    all.join(", ")
}

/// An answer as the socket has it, with its end.
pub(crate) fn words(answer: &ControlAnswer) -> String {
    match answer {
        Ok(text) if text.is_empty() => "ok\n".to_owned(),
        Ok(text) => format!("ok {text}\n"),
        Err(why) => format!("error {why}\n"),
    }
}
