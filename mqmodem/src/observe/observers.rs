//! All observers of one modem. What they see is decoded once.

use super::event::{HostEvent, LinkEvent, LinkStatus, Observer, StateEvent, StoreEvent, Wire};
use super::host::{HostMark, HostReader};
use super::packets::PacketReader;
use mqmodem_core::{
    Endpoint, Failure, HostLines, Instant, LinkId, Modem, ModemLines, NetEvent, Serial, Slot,
};

use std::ops::Range;

/// All observers of one modem. Where there is none, a call costs a look.
#[derive(Debug)]
pub(crate) struct Observers(Option<Box<Watched>>);

/// A modem that is observed.
#[derive(Debug)]
struct Watched {
    all: Box<[Box<dyn Observer>]>,
    /// While it has something in hand: most modems wait.
    host: Option<Box<HostReader>>,
    /// Where the next one begins.
    mark: HostMark,
    links: Vec<LinkReaders>,
    /// Whether the radio is on, once that was reported.
    radio: Option<bool>,
    /// What was reported of its links.
    status: Vec<LinkStatus>,
}

/// Both directions of a link.
#[derive(Debug)]
struct LinkReaders {
    link: LinkId,
    received: PacketReader,
    sent: PacketReader,
}

impl Observers {
    pub(crate) fn new(all: Vec<Box<dyn Observer>>) -> Self {
        Self((!all.is_empty()).then(|| {
            Box::new(Watched {
                all: all.into(),
                host: None,
                mark: HostMark::default(),
                links: Vec::new(),
                radio: None,
                status: Vec::new(),
            })
        }))
    }

    /// The modem was switched on.
    pub(crate) fn begin(&mut self, modem: &Modem<'_>, now: Instant) {
        if let Some(watched) = &mut self.0 {
            watched.state_event(now, &StateEvent::Power(true));
            watched.look(modem, now);
        }
    }

    /// Gives the modem bytes of the host; how many it took.
    #[must_use]
    pub(crate) fn receive(&mut self, modem: &mut Modem<'_>, now: Instant, bytes: &[u8]) -> usize {
        let Some(watched) = &mut self.0 else {
            return modem.handle_host(now, bytes);
        };
        let (all, host) = watched.reader();
        let taken = host.receive(modem, now, bytes, &mut |event| report(all, now, event));
        watched.bytes(now, Wire::FromHost, bytes.get(..taken));
        taken
    }

    /// Does to the modem what may drop a line that is begun.
    pub(crate) fn may_drop<'m>(
        &mut self,
        modem: &mut Modem<'m>,
        now: Instant,
        what: impl FnOnce(&mut Modem<'m>),
    ) {
        let Some(watched) = &mut self.0 else {
            return what(modem);
        };
        watched.reader().1.may_drop(modem);
        what(modem);
        if let Some(line) = watched.reader().1.dropped(modem) {
            watched.host_event(now, &HostEvent::Dropped(&line));
        }
    }

    /// The modem may have written something for the host.
    pub(crate) fn answers(&mut self, modem: &mut Modem<'_>, now: Instant) {
        if let Some(watched) = &mut self.0 {
            watched.look(modem, now);
            let (all, host) = watched.reader();
            host.answers(modem, &mut |event| report(all, now, event));
        }
    }

    /// Somebody beside the host sends a line, or is answered.
    pub(crate) fn beside(&mut self, now: Instant, begins: bool) {
        if let Some(watched) = &mut self.0 {
            watched.state_event(now, &StateEvent::Beside(begins));
            watched.reader().1.set_beside(begins);
        }
    }

    /// What of the modem's output is for the host, while somebody beside it is answered:
    /// where unsolicited result codes are. Nobody knows that of a modem without observers.
    pub(crate) fn apart(&mut self) -> Vec<Range<usize>> {
        let watched = self.0.as_mut();
        watched.map_or_else(Vec::new, |it| it.reader().1.apart().to_vec())
    }

    /// Whether something of the host's side is in hand.
    #[cfg(test)]
    pub(super) fn is_reading(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|watched| watched.host.is_some())
    }

    /// The modem waits: memory for what is in hand is given back.
    pub(crate) fn rest(&mut self) {
        if let Some(watched) = &mut self.0
            && let Some(mark) = watched.host.as_ref().and_then(|host| host.mark_at_rest())
        {
            watched.mark = mark;
            watched.host = None;
        }
    }

    /// The first bytes of the modem's output are about to be given up as sent.
    pub(crate) fn sent(&mut self, modem: &Modem<'_>, now: Instant, count: usize) {
        if let Some(watched) = &mut self.0 {
            watched.reader().1.sent(count);
            watched.bytes(now, Wire::ToHost, modem.host_out().get(..count));
        }
    }

    /// The host moved its lines.
    pub(crate) fn lines(&mut self, now: Instant, lines: HostLines) {
        if let Some(watched) = &mut self.0 {
            watched.host_event(now, &HostEvent::Lines(lines));
        }
    }

    /// The modem moved its lines.
    pub(crate) fn modem_lines(&mut self, now: Instant, lines: ModemLines) {
        if let Some(watched) = &mut self.0 {
            watched.host_event(now, &HostEvent::ModemLines(lines));
        }
    }

    /// The modem changed speed or format.
    pub(crate) fn serial(&mut self, now: Instant, serial: Serial) {
        if let Some(watched) = &mut self.0 {
            watched.host_event(now, &HostEvent::Serial(serial));
        }
    }

    /// The host sent a break.
    pub(crate) fn host_break(&mut self, now: Instant) {
        if let Some(watched) = &mut self.0 {
            watched.host_event(now, &HostEvent::Break);
        }
    }

    /// The modem ends.
    pub(crate) fn end(&mut self, modem: &mut Modem<'_>, now: Instant) {
        let Some(watched) = &mut self.0 else {
            return;
        };
        if let Some(line) = HostReader::unended(modem) {
            watched.host_event(now, &HostEvent::Unended(&line));
        }
        watched.state_event(now, &StateEvent::Power(false));
    }

    /// The modem has lost its power: what it had begun is gone.
    pub(crate) fn power_lost(&mut self, now: Instant) {
        if let Some(watched) = &mut self.0 {
            watched.host = None;
            watched.mark = HostMark::default();
            watched.links.clear();
            watched.radio = None;
            watched.status.clear();
            watched.state_event(now, &StateEvent::Power(false));
        }
    }

    /// Something was done to the modem on purpose, or written down.
    pub(crate) fn state(&mut self, now: Instant, event: &StateEvent<'_>) {
        if let Some(watched) = &mut self.0 {
            watched.state_event(now, event);
        }
    }

    /// The modem opens a link.
    pub(crate) fn opening(&mut self, now: Instant, link: LinkId, to: &Endpoint<'_>) {
        if let Some(watched) = &mut self.0 {
            watched.links.retain(|readers| readers.link != link);
            // Mostly there is one.
            watched.links.reserve_exact(1);
            watched.links.push(LinkReaders {
                link,
                received: PacketReader::default(),
                sent: PacketReader::default(),
            });
            watched.link_event(now, link, &LinkEvent::Opening(to));
        }
    }

    /// The modem closes a link.
    pub(crate) fn closing(&mut self, now: Instant, link: LinkId, why: Failure) {
        if let Some(watched) = &mut self.0 {
            watched.link_event(now, link, &LinkEvent::Closing(why));
        }
    }

    /// A link is up, over this version of TLS.
    pub(crate) fn opened(&mut self, now: Instant, link: LinkId, tls: Option<&'static str>) {
        if let Some(watched) = &mut self.0 {
            watched.link_event(now, link, &LinkEvent::Opened { tls });
        }
    }

    /// Something else happened to a link.
    pub(crate) fn net(&mut self, now: Instant, link: LinkId, event: NetEvent) {
        if let Some(watched) = &mut self.0 {
            watched.link_event(now, link, &LinkEvent::Net(event));
        }
    }

    /// The modem took these bytes of the broker.
    pub(crate) fn net_received(&mut self, now: Instant, link: LinkId, bytes: &[u8]) {
        let Some(watched) = &mut self.0 else {
            return;
        };
        watched.bytes(now, Wire::FromBroker(link), Some(bytes));
        let Watched { all, links, .. } = &mut **watched;
        if let Some(readers) = links.iter_mut().find(|readers| readers.link == link) {
            let mut event =
                |event: LinkEvent<'_>| all.iter_mut().for_each(|it| it.link(now, link, &event));
            readers
                .received
                .feed(bytes, |packet| event(LinkEvent::Received(packet)));
        }
    }

    /// These bytes were written to the broker.
    pub(crate) fn net_sent(&mut self, now: Instant, link: LinkId, bytes: &[u8]) {
        let Some(watched) = &mut self.0 else {
            return;
        };
        watched.bytes(now, Wire::ToBroker(link), Some(bytes));
        let Watched { all, links, .. } = &mut **watched;
        if let Some(readers) = links.iter_mut().find(|readers| readers.link == link) {
            let mut event =
                |event: LinkEvent<'_>| all.iter_mut().for_each(|it| it.link(now, link, &event));
            readers
                .sent
                .feed(bytes, |packet| event(LinkEvent::Sent(packet)));
            readers.received.set_version(readers.sent.version());
        }
    }

    /// The modem wants what is stored in a slot changed.
    pub(crate) fn storing(&mut self, now: Instant, slot: Slot) {
        self.store(now, StoreEvent::Asked(slot));
    }

    /// What became of that.
    pub(crate) fn stored(&mut self, now: Instant, slot: Slot, ok: bool) {
        self.store(now, StoreEvent::Done { slot, ok });
    }

    fn store(&mut self, now: Instant, event: StoreEvent) {
        if let Some(watched) = &mut self.0 {
            watched.all.iter_mut().for_each(|it| it.store(now, event));
        }
    }
}

impl Watched {
    /// Who is told, and the reader of the host's side.
    fn reader(&mut self) -> (&mut [Box<dyn Observer>], &mut HostReader) {
        let Self {
            all, host, mark, ..
        } = self;
        let host = host.get_or_insert_with(|| Box::new(HostReader::from(*mark)));
        (all, host)
    }

    /// Reports what changed of the modem as a whole.
    fn look(&mut self, modem: &Modem<'_>, now: Instant) {
        let radio = Some(modem.is_radio_on());
        if std::mem::replace(&mut self.radio, radio) != radio {
            self.state_event(now, &StateEvent::Radio(modem.is_radio_on()));
        }
        for (at, link) in modem.links().enumerate() {
            let status = LinkStatus {
                link,
                state: modem.link_state(link),
                retry_at: modem.retry_at(link),
                code: modem.last_failure(link).code,
            };
            match self.status.get_mut(at) {
                Some(known) if *known == status => continue,
                Some(known) => *known = status,
                None => {
                    // Mostly there is one.
                    self.status.reserve_exact(1);
                    self.status.push(status);
                }
            }
            self.state_event(now, &StateEvent::Link(status));
        }
    }

    fn state_event(&mut self, now: Instant, event: &StateEvent<'_>) {
        self.all.iter_mut().for_each(|it| it.state(now, event));
    }

    fn bytes(&mut self, now: Instant, wire: Wire, bytes: Option<&[u8]>) {
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
            self.all
                .iter_mut()
                .for_each(|it| it.bytes(now, wire, bytes));
        }
    }

    fn host_event(&mut self, now: Instant, event: &HostEvent<'_>) {
        report(&mut self.all, now, event);
    }

    fn link_event(&mut self, now: Instant, link: LinkId, event: &LinkEvent<'_>) {
        self.all.iter_mut().for_each(|it| it.link(now, link, event));
    }
}

fn report(all: &mut [Box<dyn Observer>], now: Instant, event: &HostEvent<'_>) {
    for observer in all {
        observer.host(now, event);
    }
}
