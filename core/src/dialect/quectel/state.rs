//! What a host has set for a link, and how far the link is.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::modem::Staged;
use crate::modem::api::{LinkId, LinkStep};
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;

/// What is put aside for a link, one value a key.
pub(super) mod key {
    pub(crate) const CONFIG: u8 = 1;
    /// What of it counts for the present connection.
    pub(crate) const IN_FORCE: u8 = 2;
    pub(crate) const WILL_TOPIC: u8 = 3;
    pub(crate) const WILL_MESSAGE: u8 = 4;
    pub(crate) const HOST: u8 = 5;
    pub(crate) const URL: u8 = 6;
    pub(crate) const PORT: u8 = 7;
    pub(crate) const CLIENT_ID: u8 = 8;
    pub(crate) const USERNAME: u8 = 9;
    pub(crate) const PASSWORD: u8 = 10;
    pub(crate) const ALPN: u8 = 11;
    /// What is the module's own follows; it stands with the first link.
    pub(crate) const ACTIVE: u8 = 20;
    pub(crate) const REMEMBERED: u8 = 21;
    pub(crate) const NAME_SERVERS: u8 = 22;
    pub(crate) const TIME: u8 = 23;
    /// Two numbers that are said once a file is kept.
    pub(crate) const STORED: u8 = 24;
    /// By the number of the packet context, from 1.
    pub(crate) const DEFINITION: u8 = 0x30;
    pub(crate) const ACCESS: u8 = 0x40;
    /// By the number of the TLS context, from 0.
    pub(crate) const TLS: u8 = 0x60;
    pub(crate) const ROOTS: u8 = 0x68;
    pub(crate) const CERTIFICATE: u8 = 0x70;
    pub(crate) const PRIVATE: u8 = 0x78;
    pub(crate) const MORE_ROOTS: u8 = 0x80;
    pub(crate) const PROTOCOLS: u8 = 0x88;
    /// By the handle.
    pub(crate) const HANDLE: u8 = 0x90;
}

/// The link a command is about.
pub(super) const LINK: Param = Param::int("client_idx", 0, 5);

/// What `+QMTCFG` sets, of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LinkSetup {
    /// 0 until it is set: then it is the model's.
    pub(super) version: u16,
    pub(super) context: u16,
    pub(super) tls: u16,
    pub(super) tls_context: u16,
    pub(super) keep_alive: u16,
    pub(super) clean: u16,
    /// Seconds an acknowledgement may take, how often that is, and whether it is told.
    pub(super) timeout: [u16; 3],
    /// Whether there is a will, its QoS, and whether it is retained.
    pub(super) will: [u16; 3],
    /// Whether messages are buffered, and whether their length is told.
    pub(super) receive: [u16; 2],
    /// Whether payloads that are sent, and that come, are written in hex.
    pub(super) hex: [u16; 2],
    pub(super) view: u16,
    /// Whether there is a limit for data at a prompt, and its seconds.
    pub(super) edit: [u16; 2],
    pub(super) ping: u16,
}

const NUMBERS: usize = 20;

impl LinkSetup {
    /// As after a start.
    const START: Self = Self {
        version: 0,
        context: 1,
        tls: 0,
        tls_context: 0,
        keep_alive: 120,
        clean: 1,
        timeout: [5, 3, 0],
        will: [0; 3],
        receive: [0; 2],
        hex: [0; 2],
        view: 0,
        edit: [0, 30],
        ping: 5,
    };

    /// Under a key of a link; as after a start where nothing was set.
    pub(super) fn of(staged: Staged<'_>, key: u8) -> Self {
        staged
            .get(key)
            .and_then(Self::decode)
            .unwrap_or(Self::START)
    }

    /// All of it, in the order in which it is put aside.
    fn numbers(&mut self) -> [&mut u16; NUMBERS] {
        let [t0, t1, t2] = &mut self.timeout;
        let [w0, w1, w2] = &mut self.will;
        let [r0, r1] = &mut self.receive;
        let [h0, h1] = &mut self.hex;
        let [e0, e1] = &mut self.edit;
        [
            &mut self.version,
            &mut self.context,
            &mut self.tls,
            &mut self.tls_context,
            &mut self.keep_alive,
            &mut self.clean,
            t0,
            t1,
            t2,
            w0,
            w1,
            w2,
            r0,
            r1,
            h0,
            h1,
            &mut self.view,
            e0,
            e1,
            &mut self.ping,
        ]
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut setup = Self::START;
        for (number, pair) in setup.numbers().into_iter().zip(bytes.chunks_exact(2)) {
            *number = u16::from_be_bytes(pair.try_into().ok()?);
        }
        (bytes.len() == 2 * NUMBERS).then_some(setup)
    }

    /// Puts it aside for the present link.
    pub(super) fn stage(mut self, cx: &mut Context, key: u8) -> Result<(), Fail> {
        let mut bytes = [0; 2 * NUMBERS];
        for (pair, number) in bytes.chunks_exact_mut(2).zip(self.numbers()) {
            pair.copy_from_slice(&number.to_be_bytes());
        }
        cx.stage(key, &bytes)
    }

    /// How long an acknowledgement may take in all, in seconds.
    pub(super) fn patience(&self) -> u32 {
        let [packet, retries, _] = self.timeout;
        (u32::from(packet) * u32::from(retries.max(1))).clamp(1, 300)
    }
}

/// The present command is about the link its first value names.
pub(super) fn use_link(cx: &mut Context, args: &Args, place: usize) -> Result<(), Fail> {
    let link = LinkId(args.int(place) as u8);
    cx.use_link(link).map_err(|_| Fail::Plain)
}

/// The present command is about the module.
pub(super) fn use_module(cx: &mut Context) {
    // It is always there.
    let _ = cx.use_link(LinkId::FIRST);
}

/// Fails unless the link is as far as this.
pub(super) fn check_step(cx: &Context, step: LinkStep) -> Result<(), Fail> {
    (cx.step() == step).then_some(()).ok_or(Fail::Plain)
}

/// A number that was put aside.
pub(super) fn number(staged: Staged<'_>, key: u8) -> u32 {
    let bytes = staged.get(key).unwrap_or_default();
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}
