//! What of a chat can be played where the broker and the time are real.

use crate::script::{Expect, Expected, Input, ParseError, Script, Step};

/// What a broker sends by itself, by the first half of its first byte: CONNACK,
/// PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP.
const ANSWERS: [u8; 8] = [2, 4, 5, 6, 7, 9, 11, 13];

/// The host's side of a chat.
#[derive(Clone, Debug)]
pub struct HostSide {
    /// The chat with nothing in it but what the host sends and receives.
    pub script: Script,
    /// The lines that were left out: what the modem and the broker send to each
    /// other.
    pub skipped: Vec<usize>,
}

impl HostSide {
    /// Takes the host's side of a chat. What a broker answers by itself is left
    /// out, and what the modem says then is expected of the line before.
    ///
    /// # Errors
    /// Where something is done that needs a scripted broker or virtual time.
    pub fn of(script: Script) -> Result<Self, ParseError> {
        if let Some(line) = script.settings.first() {
            return Err(ParseError {
                file: script.file,
                line: *line,
                what: "`set` makes the modem of virtual time, and one at a port is as it is; \
                    take the line out"
                    .into(),
            });
        }
        let mut side = Self {
            script: Script {
                steps: Vec::new(),
                ..script
            },
            skipped: Vec::new(),
        };
        for step in script.steps {
            side.add(step)?;
        }
        Ok(side)
    }

    fn add(&mut self, mut step: Step) -> Result<(), ParseError> {
        let unseen = |it: &Expected| matches!(it.what, Expect::Broker(_) | Expect::Asked(_));
        let (unseen, output): (Vec<_>, Vec<_>) = step.expected.into_iter().partition(unseen);
        step.expected = output;
        if let Some((line, _)) = step.faults.first() {
            return Err(self.is_unplayable(*line));
        }
        if step.line == 0 {
            // The modem is on already, and has said so.
            self.skipped.extend(step.expected.iter().map(|it| it.line));
        } else if is_playable(&step) {
            self.script.steps.push(step);
        } else if comes_by_itself(&step.input) {
            self.skipped.push(step.line);
            if let Some(before) = self.script.steps.last_mut() {
                before.expected.append(&mut step.expected);
            }
        } else {
            return Err(self.is_unplayable(step.line));
        }
        self.skipped.extend(unseen.iter().map(|it| it.line));
        Ok(())
    }

    fn is_unplayable(&self, line: usize) -> ParseError {
        ParseError {
            file: self.script.file.clone(),
            line,
            what: "only the host's side is played on a port, and this is none of it; \
                without a port the chat is played in virtual time"
                .into(),
        }
    }
}

fn is_playable(step: &Step) -> bool {
    matches!(
        step.input,
        Input::Host(_) | Input::Dtr(_) | Input::Rts(_) | Input::Pass(_)
    )
}

fn comes_by_itself(input: &Input) -> bool {
    match input {
        Input::NetOpen => true,
        Input::Broker(bytes) => bytes.first().is_some_and(|it| ANSWERS.contains(&(it >> 4))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn side(text: &str) -> Result<HostSide, ParseError> {
        HostSide::of(parse("t.chat", text).unwrap())
    }

    #[test]
    fn answers_of_a_broker_come_by_themselves() {
        let text = "> AT+X\nbroker < PINGREQ\nbroker > PINGRESP\n< OK\n> AT\n< OK\n";
        let side = side(text).unwrap();
        assert_eq!(side.skipped, [2, 3]);
        let lines: Vec<_> = side.script.steps.iter().map(|step| step.line).collect();
        assert_eq!(lines, [1, 5]);
        assert_eq!(side.script.steps[0].expected.len(), 1);
    }

    #[test]
    fn settings_of_a_modem_that_is_there_are_refused() {
        let error = side("# t\nset strict\n> AT\n< OK\n").unwrap_err();
        assert_eq!(error.line, 2);
    }

    #[test]
    fn what_only_a_scripted_broker_does_is_refused() {
        for done in [
            "broker close",
            "broker > PUBLISH topic=\"a\" payload=\"\"",
            "net hold",
            "store fails",
            "power off",
            "host stalls",
            "fault net reset",
        ] {
            let error = side(&format!("> AT\n< OK\n{done}\n")).unwrap_err();
            assert_eq!(error.line, 3, "{done}");
        }
    }
}
