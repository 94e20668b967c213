//! A chat made of what was recorded: its inputs are played, and what our modem says to them is
//! compared with the recording.

mod anonymous;
mod part;
mod player;
mod speech;
mod stand_in;
mod timeline;
mod wording;

use crate::observe::stream::TraceEvent;
use crate::observe::trace::stamp;
use mqmodem_chat::live::Recording;
use mqmodem_chat::{Setup, parse, run};
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use part::part_around;
use player::{Choices, Replay, Replayed};
use timeline::Timeline;

/// How often a chat is played at most, to find what may stand for what is hidden.
const TRIES: usize = 100;

/// How often a modem may be switched on in a chat: each time it gets memory of its own.
const STARTS: usize = 256;

/// How a chat is made of a recording.
#[derive(Clone, Debug, Default)]
pub struct ChatMaking {
    /// The first line of the chat.
    pub title: String,
    /// The command set, where the recording does not say it.
    pub dialect: Option<&'static Dialect>,
    /// Only what led to the event of this number.
    pub around: Option<u64>,
    /// Whether names of people, devices and places are replaced.
    pub anonymous: bool,
}

/// A chat that was made of a recording.
#[derive(Clone, Debug)]
pub struct RecordedChat {
    /// The chat.
    pub text: String,
    /// Lines that the modem said to the host, and packets that it sent, when it was recorded.
    pub recorded: (usize, usize),
    /// How what our modem says differs from that: `-` before what was only recorded.
    pub differences: Vec<String>,
    /// Things that were done to the modem and are not in the chat; comments in it say which.
    pub left_out: usize,
    /// Why it does not go the same way in each way of playing, if so.
    pub unsteady: Option<String>,
}

impl ChatMaking {
    /// Makes a chat of the events of one modem.
    ///
    /// # Errors
    /// What is missing.
    pub fn of(&self, events: Vec<TraceEvent>) -> Result<RecordedChat, String> {
        let events = match self.around {
            None => events,
            Some(seq) => part_around(&events, seq)?,
        };
        let mut timeline = Timeline { events };
        if timeline.starts() > STARTS {
            return Err(format!(
                "the modem was switched on more than {STARTS} times; --around takes a part"
            ));
        }
        if self.anonymous {
            anonymous::make(&mut timeline.events);
        }
        let recording = self.begin(&timeline);
        let setup = setup_of(&recording)?;
        let mut choices = Choices::new();
        let mut replayed = replay(&timeline, setup, &recording, &choices)?;
        for _ in 0..TRIES {
            let Some((at, _)) = replayed.wrong.iter().find(|(_, more)| *more) else {
                break;
            };
            *choices.entry(*at).or_default() += 1;
            replayed = replay(&timeline, setup, &recording, &choices)?;
        }
        let said = timeline.speech();
        let script = parse("chat", &replayed.text).map_err(|error| error.to_string())?;
        Ok(RecordedChat {
            recorded: said.counts(),
            differences: said.differences(&replayed.played),
            left_out: replayed.left_out,
            unsteady: run(&script).err().map(|wrong| wrong.to_string()),
            text: replayed.text,
        })
    }

    /// A chat in which nothing is done yet.
    fn begin(&self, timeline: &Timeline) -> Recording {
        let says_dialect = |it: &&String| it.starts_with("dialect ");
        let said = timeline.set().iter().find(says_dialect);
        let named = self.dialect.map(|it| it.full_name().to_string());
        let name = named
            .as_deref()
            .or_else(|| said.map(|it| it.get(8..).unwrap_or_default()));
        let known = name.and_then(dialect::find);
        let mut recording = Recording::new(&self.title, known.unwrap_or(dialect::DEFAULT));
        let others = timeline.set().iter().filter(|it| !says_dialect(it));
        others.for_each(|it| recording.set(it));
        let clock = stamp::of(timeline.begin()).replace('T', " ");
        recording.set(&format!("clock {}", clock.get(..19).unwrap_or_default()));
        if let Some(echo) = timeline.begins_with_echo() {
            recording.begins_with_echo(echo);
        }
        recording
    }
}

/// How the modem is made that a chat begins with.
fn setup_of(recording: &Recording) -> Result<Setup, String> {
    let mut begun = recording.clone();
    begun.comment("nothing");
    let text = format!("{}+1ms\n", begun.text());
    let script = parse("chat", &text).map_err(|error| error.to_string())?;
    Ok(script.setup)
}

fn replay(
    timeline: &Timeline,
    setup: Setup,
    recording: &Recording,
    choices: &Choices,
) -> Result<Replayed, String> {
    Replay::new(timeline, setup, recording.clone(), choices).run()
}

#[cfg(test)]
mod tests;
