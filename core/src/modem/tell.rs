//! Telling the host what happened.

use super::event::{Event, Wording};
use super::ids::LinkId;
use super::machine::{Machine, Run};
use super::storage::options::RECV_FORMAT;
use super::storage::profile::Profile;
use crate::at::reply::Reply;
use crate::buffer::Buf;

impl Machine<'_> {
    /// Whether the host may be told events now, as for its typing.
    #[inline]
    pub(crate) fn may_tell(&self) -> bool {
        self.now >= self.held_until
    }

    /// Whether an event is on its way to the host and waits for room only: it
    /// comes before anything typed from now on.
    pub(crate) fn tells(&self) -> bool {
        self.inbox.has_news() && self.may_tell()
    }

    /// Tells the host an event; whether it had room for it.
    pub(crate) fn tell(&mut self, event: &Event) -> bool {
        word(
            &mut self.out,
            &self.profile,
            self.config.dialect.word,
            event,
        )
    }

    /// Whether an event may go to the host at once, without waiting its turn.
    pub(crate) fn may_tell_now(&self) -> bool {
        self.may_tell() && matches!(self.run, Run::Idle) && !self.inbox.has_news()
    }

    /// Tells the oldest waiting event; whether there was one that fitted.
    pub(crate) fn tell_waiting(&mut self) -> bool {
        if !self.tells() || !matches!(self.run, Run::Idle) {
            return false;
        }
        let Some((event, front)) = self
            .inbox
            .front(self.storage.option(LinkId(0), RECV_FORMAT))
        else {
            return false;
        };
        let wording = self.config.dialect.word;
        if !word(&mut self.out, &self.profile, wording, &event) {
            if !self.out.is_empty() {
                return false;
            }
            // What does not even fit an empty output is told without its payload,
            // and where the topic alone does not fit, without that.
            let short = event.shortened();
            if !word(&mut self.out, &self.profile, wording, &short) {
                word(&mut self.out, &self.profile, wording, &short.nameless());
            }
        }
        self.inbox.pop(front);
        self.take_over(front.number);
        true
    }
}

/// Words an event as a line of its own; whether it fitted.
fn word(out: &mut Buf, profile: &Profile, wording: Wording, event: &Event) -> bool {
    let limit = out.free();
    let mut reply = Reply::new(out, profile.style(), limit);
    wording(event, &mut reply);
    !reply.overflowed()
}
