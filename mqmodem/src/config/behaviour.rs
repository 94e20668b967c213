//! How a modem behaves, and what it says of itself.

use super::limits::Limits;
use super::proxy::ProxyPlan;
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::{Config, FurtherLinks, Identity, Instant, Memory, Modem};
use std::hash::{Hash, Hasher};

/// How a modem behaves, where it is not as usual.
#[derive(Clone, Debug, Default)]
pub struct BehaviourPlan {
    /// The command set it speaks.
    pub dialect: Option<&'static Dialect>,
    /// What it says of itself.
    pub identity: IdentityPlan,
    /// How long lines and messages may be.
    pub limits: Limits,
    /// How many links it has, where that is configured.
    pub links: Option<u8>,
    /// What its connections go through.
    pub proxy: Option<ProxyPlan>,
    /// Whether AT lines are taken as the standard says.
    pub strict: bool,
    /// Whether the limits of the real module hold.
    pub vendor_limits: bool,
    /// Milliseconds between an OK and the event that ends its command, where not as usual.
    pub gap: Option<u16>,
    /// Whether the radio is off when the modem starts.
    pub offline: bool,
    /// Whether passwords are shown as `***`; else those of the configuration are.
    pub mask_secrets: Option<bool>,
    /// Seed of what looks random.
    pub seed: u64,
}

/// What a modem says of itself, where it is not as usual.
#[derive(Clone, Debug, Default, Hash)]
pub struct IdentityPlan {
    /// `+CGMI`
    pub manufacturer: Option<String>,
    /// `+CGMM`
    pub model: Option<String>,
    /// `+CGMR`
    pub revision: Option<String>,
    /// `+CGSN`
    pub imei: Option<String>,
    /// `+CIMI`
    pub imsi: Option<String>,
    /// `+CCID`
    pub iccid: Option<String>,
}

impl Hash for BehaviourPlan {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let dialect = self.dialect.map(|dialect| (dialect.name, dialect.model));
        let module = (self.vendor_limits, self.gap, self.offline);
        let switches = (self.strict, self.mask_secrets, self.seed, module);
        (dialect, &self.identity, self.limits, self.links).hash(hasher);
        (&self.proxy, switches).hash(hasher);
    }
}

impl BehaviourPlan {
    /// The IMEI: a modem that is given none makes it itself, and is asked.
    pub fn imei(&self) -> String {
        if let Some(imei) = &self.identity.imei {
            return imei.clone();
        }
        let config = Config {
            seed: self.seed,
            ..Config::default()
        };
        let mut modem = Modem::new(config, Memory::heap(), Instant::ZERO);
        let line = b"ATE0+CGSN\r";
        modem.handle_host(Instant::ZERO, line);
        let said = modem.host_out().get(line.len()..).unwrap_or_default();
        let digits = said.iter().filter(|byte| byte.is_ascii_digit());
        digits.map(|byte| char::from(*byte)).collect()
    }

    /// Memory for the modem.
    pub fn memory(&self) -> Memory<'static> {
        let memory = self.limits.memory();
        match self.links {
            Some(links) => Memory {
                links: FurtherLinks::heap(links.saturating_sub(1)),
                ..memory
            },
            None => memory,
        }
    }

    /// The configuration of the modem. Its texts live as long as the program:
    /// it is made once for each modem.
    pub fn config(&self) -> Config<'static> {
        let dialect = self.dialect.unwrap_or(dialect::DEFAULT);
        let usual = dialect.identity;
        let own = |text: &Option<String>| text.clone().map(|text| &*text.leak());
        Config {
            dialect,
            identity: Identity {
                manufacturer: own(&self.identity.manufacturer).unwrap_or(usual.manufacturer),
                model: own(&self.identity.model).unwrap_or(usual.model),
                revision: own(&self.identity.revision).unwrap_or(usual.revision),
                imei: own(&self.identity.imei).or(usual.imei),
                imsi: own(&self.identity.imsi).unwrap_or(usual.imsi),
                iccid: own(&self.identity.iccid).unwrap_or(usual.iccid),
                cell: usual.cell,
            },
            seed: self.seed,
            strict: self.strict,
            vendor_limits: self.vendor_limits,
            gap: self.gap,
            offline: self.offline,
            mask_secrets: self.mask_secrets == Some(true),
            keeps_sessions: true,
            max_payload: self.limits.payload(),
        }
    }
}

pub(super) fn is_text(text: &str) -> Result<(), &'static str> {
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    match text.len() {
        1..=64 if printable => Ok(()),
        _ => Err("write 1 to 64 ASCII characters"),
    }
}

pub(super) fn is_number(text: &str) -> Result<(), &'static str> {
    match text.len() {
        5..=22 if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err("write 5 to 22 digits in quotes"),
    }
}

pub(super) fn is_imei(text: &str) -> Result<(), &'static str> {
    is_number(text)?;
    match text.len() {
        15 => Ok(()),
        _ => Err("an IMEI has 15 digits"),
    }
}

/// Whether a modem can say this of itself.
pub(crate) fn check_identity(identity: &IdentityPlan) -> Result<(), &'static str> {
    let check = |text: &Option<String>, check: fn(&str) -> Result<(), &'static str>| {
        text.as_deref().map_or(Ok(()), check)
    };
    check(&identity.manufacturer, is_text)?;
    check(&identity.model, is_text)?;
    check(&identity.revision, is_text)?;
    check(&identity.imei, is_imei)?;
    check(&identity.imsi, is_number)?;
    check(&identity.iccid, is_number)
}
