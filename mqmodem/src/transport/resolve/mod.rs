//! Finds the addresses of names.
//!
//! Many modems may ask at once, for one name or for a thousand, and a name server
//! may never answer: a look-up is a task without a thread, shared by all who ask
//! for the same name, and ends with the last of them.

mod conf;
mod dns;
mod failure;
mod hosts;
mod message;
mod system;
#[cfg(test)]
mod tests;

use conf::{Conf, ResolverFiles};
use failure::{Addresses, LookupFailure};
use mqmodem_core::NetError;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The look-ups of the process.
static RESOLVER: LazyLock<Resolver> = LazyLock::new(Resolver::default);

/// Finds the addresses of a host; an IP address is its own. Whoever stops waiting
/// abandons the look-up.
pub(crate) async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, NetError> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let mut found = RESOLVER.lookup(host).await?;
    for address in &mut found {
        address.set_port(port);
    }
    Ok(found)
}

/// Look-ups under way, by name.
type Pending = Mutex<HashMap<String, Arc<watch::Sender<Option<Addresses>>>>>;

#[derive(Default)]
struct Resolver {
    files: ResolverFiles,
    pending: Arc<Pending>,
}

impl Resolver {
    async fn lookup(&self, name: &str) -> Addresses {
        let mut answer = self.ask(&name.to_ascii_lowercase());
        let answered = answer.wait_for(Option::is_some).await;
        // Without an answer the look-up has failed, which was logged.
        answered.map_or(Err(LookupFailure::NotFound), |answer| {
            answer.clone().unwrap_or(Err(LookupFailure::NotFound))
        })
    }

    /// Joins the look-up of a name, or begins one.
    fn ask(&self, name: &str) -> watch::Receiver<Option<Addresses>> {
        let mut pending = lock(&self.pending);
        if let Some(under_way) = pending.get(name) {
            return under_way.subscribe();
        }
        let (answer, receiver) = watch::channel(None);
        let answer = Arc::new(answer);
        pending.insert(name.to_owned(), answer.clone());
        let lookup = LookUp {
            name: name.to_owned(),
            answer,
            pending: self.pending.clone(),
        };
        tokio::spawn(lookup.run(self.files.clone()));
        receiver
    }
}

/// One look-up, listed as long as it lives.
struct LookUp {
    name: String,
    answer: Arc<watch::Sender<Option<Addresses>>>,
    pending: Arc<Pending>,
}

impl LookUp {
    async fn run(self, files: ResolverFiles) {
        let mut found = std::pin::pin!(find(&files, &self.name));
        loop {
            tokio::select! {
                found = &mut found => {
                    self.answer.send_replace(Some(found));
                    return;
                }
                () = self.answer.closed() => if self.is_abandoned() {
                    return;
                },
            }
        }
    }

    /// Whether nobody waits any more; then nobody can join it either.
    fn is_abandoned(&self) -> bool {
        let mut pending = lock(&self.pending);
        let abandoned = self.answer.receiver_count() == 0;
        if abandoned {
            pending.remove(&self.name);
        }
        abandoned
    }
}

impl Drop for LookUp {
    fn drop(&mut self) {
        let mut pending = lock(&self.pending);
        let own = |listed: &Arc<_>| Arc::ptr_eq(listed, &self.answer);
        if pending.get(&self.name).is_some_and(own) {
            pending.remove(&self.name);
        }
    }
}

/// Asks whom this machine is set up to ask, in that order.
async fn find(files: &ResolverFiles, name: &str) -> Addresses {
    if is_number(name) {
        return system::lookup(name).await;
    }
    // No name server knows one of these (RFC 6761 §6.4).
    if !is_name(name) || is_below("invalid", name) {
        return Err(LookupFailure::NotFound);
    }
    let listed = hosts::find(&files.hosts()?, name);
    if !listed.is_empty() {
        return Ok(listed);
    }
    let conf = Conf::read(files)?;
    // Of `local` name servers know nothing (RFC 6762 §3).
    if !conf.asks_dns || (conf.asks_others && is_below("local", name)) {
        return system::lookup(name).await;
    }
    match dns::lookup(&conf, name).await {
        Err(failure @ (LookupFailure::NotFound | LookupFailure::NoServer)) if conf.asks_others => {
            system::lookup(name).await.map_err(|_| failure)
        }
        found => found,
    }
}

/// Whether a name ends in this one.
fn is_below(top: &str, name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.rsplit_once('.').is_some_and(|(_, last)| last == top)
}

/// What stands for an address in another form, as `127.1` and `fe80::1%eth0`.
fn is_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let digits = last.strip_prefix("0x").unwrap_or(last);
    let is_digits = last.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_digits && (digits != last || last.bytes().all(|byte| byte.is_ascii_digit())))
        || (name.contains('%') && name.contains(':'))
}

/// Whether a name can have an address.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(good);
    name.len() <= 253 && name.split('.').all(label)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
