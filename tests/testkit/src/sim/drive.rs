//! A modem between host, network and disk: what a driver does, in pieces.

use super::agenda::{Event, Fault};
use super::link::{Near, Way};
use super::world::{Judged, Phase, World};
use mqmodem_core::{Action, ConnId, HostLines, Instant, Modem};

/// More rounds than bytes could ask for.
const PATIENCE: usize = 100_000;

pub(crate) fn lines(dtr: bool) -> HostLines {
    HostLines { dtr, rts: true }
}

impl World {
    /// Moves everything that can be moved now.
    pub(crate) fn settle(&mut self, modem: &mut Modem) -> Judged {
        for _ in 0..PATIENCE {
            let mut moved = self.actions(modem)? + self.take_net(modem)?;
            moved += self.actions(modem)? + self.take_host(modem)?;
            moved += self.offer_host(modem)? + self.offer_net(modem)?;
            self.flush_broker();
            self.moves += moved.min(1);
            if self.blows() {
                self.power_off();
            }
            if moved == 0 || !self.powered {
                return Ok(());
            }
        }
        Err("the modem does not come to rest".to_owned())
    }

    /// Whether the power goes here.
    fn blows(&mut self) -> bool {
        let before = self.fuses.len();
        self.fuses.retain(|at| *at > self.moves);
        self.fuses.len() < before
    }

    fn actions(&mut self, modem: &mut Modem) -> Result<usize, String> {
        let mut count = 0;
        while let Some(action) = modem.poll_action() {
            count += 1;
            if count > PATIENCE {
                return Err("action after action".to_owned());
            }
            self.ledger.log(|| format!("modem asks {action:?}"));
            if self.disk.ask(&action) {
                self.call_disk();
                continue;
            }
            match action {
                Action::Open { conn, .. } => {
                    self.attempts.add(self.now)?;
                    self.open(conn);
                }
                Action::Close { .. } => self.network.leave(self.now, &mut self.agenda, true),
                _ => {}
            }
        }
        Ok(count)
    }

    pub(crate) fn call_disk(&mut self) {
        if !self.disk_due {
            self.disk_due = true;
            let most = if self.chance.one_in(20) { 3000 } else { 40 };
            let at = self.now + self.chance.millis(most);
            self.agenda.add(at, self.chance.below(9), Event::Disk);
        }
    }

    fn open(&mut self, id: ConnId) {
        let storm = self.phase == Phase::Storm;
        let (plan, chance) = (&self.plan, &mut self.chance);
        let conn = self.network.open(id, self.now, plan, storm, chance);
        let refused = storm && chance.below(10) < plan.faults.refused;
        // Of some attempts nothing is heard at all.
        if !(refused && chance.one_in(4)) {
            let at = self.now + chance.millis(2 * plan.latency);
            self.agenda.add(at, 0, Event::Opened { conn, refused });
        }
    }

    /// Whether something stalls until `until`, or begins to.
    fn stalls(&mut self, until: Instant) -> Option<Instant> {
        if until > self.now {
            return Some(until);
        }
        let storm = self.phase == Phase::Storm && self.plan.faults.stalls;
        let begins = storm && self.chance.one_in(60);
        begins.then(|| {
            let most = self.chance.pick(&[300, 3000, 20_000]);
            let until = self.now + self.chance.millis(most);
            self.agenda.add(until, self.chance.below(9), Event::Move);
            until
        })
    }

    fn take_net(&mut self, modem: &mut Modem) -> Result<usize, String> {
        let open = |conn: &usize| self.network.pipes[*conn].near == Near::Open;
        let conn = self.network.current().filter(open);
        let (Some(conn), Some(id)) = (conn, self.network.current_id()) else {
            return Ok(0);
        };
        let len = modem.net_out(id).len();
        if len == 0 {
            return Ok(0);
        }
        if let Some(until) = self.stalls(self.net_stalls) {
            self.net_stalls = until;
            return Ok(0);
        }
        let count = self.piece(len);
        let bytes = modem.net_out(id)[..count].to_vec();
        self.wire.sent(&bytes, &self.disk, &self.ledger)?;
        let (agenda, chance) = (&mut self.agenda, &mut self.chance);
        let to = (conn, Way::Up);
        self.network.send(to, &bytes, self.now, agenda, chance);
        modem.net_sent(self.now, id, count);
        Ok(count)
    }

    /// All of it, or a part.
    fn piece(&mut self, len: usize) -> usize {
        if self.chance.one_in(4) {
            self.chance.between(1, len)
        } else {
            len
        }
    }

    fn take_host(&mut self, modem: &mut Modem) -> Result<usize, String> {
        let len = modem.host_out().len();
        if len == 0 {
            return Ok(0);
        }
        if !self.host.alive {
            // The port drops what comes while no host is there.
            modem.host_sent(self.now, len);
            return Ok(len);
        }
        // One that listens for the end of what was asked before reads all the time.
        let reads = self.host.listens_until.is_some();
        if !reads && let Some(until) = self.stalls(self.host_stalls) {
            self.host_stalls = until;
            return Ok(0);
        }
        let count = self.piece(len);
        let bytes = &modem.host_out()[..count];
        self.host.hear(bytes, self.now, &mut self.ledger)?;
        modem.host_sent(self.now, count);
        Ok(count)
    }

    fn offer_host(&mut self, modem: &mut Modem) -> Result<usize, String> {
        if self.host.out.is_empty() {
            return Ok(0);
        }
        let count = self.piece(self.host.out.len());
        let taken = modem.handle_host(self.now, &self.host.out[..count]);
        if taken > count {
            return Err("the modem took more than there was of the host".to_owned());
        }
        self.host.out.drain(..taken);
        Ok(taken)
    }

    fn offer_net(&mut self, modem: &mut Modem) -> Result<usize, String> {
        let Some((conn, id)) = self.network.current().zip(self.network.current_id()) else {
            return Ok(0);
        };
        let len = self.network.pipes[conn].arrived.len();
        if len == 0 {
            return Ok(0);
        }
        let count = self.piece(len);
        let offered = &self.network.pipes[conn].arrived[..count];
        let taken = modem.handle_net_data(self.now, id, offered);
        if taken > count {
            return Err("the modem took more than there was of the broker".to_owned());
        }
        let arrived = &mut self.network.pipes[conn].arrived;
        let bytes: Vec<u8> = arrived.drain(..taken).collect();
        self.wire.heard(&bytes);
        Ok(taken)
    }

    /// Something goes wrong.
    pub(crate) fn fault(&mut self, modem: &mut Modem, fault: Fault) {
        if self.phase != Phase::Storm {
            return;
        }
        self.ledger.log(|| format!("fault: {fault:?}"));
        let conns = match fault {
            Fault::Power => return self.power_off(),
            Fault::Host => return self.host_dies(modem),
            Fault::Broker => {
                self.broker.busy = self.chance.below(3);
                self.broker.restart()
            }
            Fault::Forget => self.broker.forget(&mut self.ledger),
        };
        for conn in conns {
            self.cut(conn);
        }
    }

    fn host_dies(&mut self, modem: &mut Modem) {
        if !self.host.alive {
            return;
        }
        self.ledger.host_deaths += 1;
        self.host.die();
        modem.handle_host_lines(self.now, lines(false));
        let at = self.now + self.chance.millis(20_000);
        self.agenda.add(at, 0, Event::HostBack);
    }

    /// The modem loses what is not durable. Its peers learn nothing.
    fn power_off(&mut self) {
        self.ledger.log(|| "power cut".to_owned());
        self.ledger.power_cuts += 1;
        self.powered = false;
        self.scarce.read_again_at = None;
        self.host.echoes = false;
        self.disk.lose_power(&mut self.chance);
        self.network.leave(self.now, &mut self.agenda, false);
        self.network.forget_ids();
        if self.host.alive {
            self.host.modem_died(self.now);
        }
    }
}
