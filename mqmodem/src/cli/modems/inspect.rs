//! Where the inspector is served.

use super::address::{cannot_listen, check_flag, tcp_address};
use crate::cli::failure::ProgramFailure;
use crate::cli::logs;
use crate::config::{InspectPlace, InspectPlan, inspect_memory};
use crate::driver::FaultDesk;
use crate::inspector::{Access, Inspector, Token, serve};
use crate::observe::LiveEvents;
use clap::{ArgAction, Args};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where it is usually, and how many ports from there on are tried.
const PORT: u16 = 7180;
const PORTS: u16 = 10;

/// What stands for no address. No argument of a process has a zero.
const USUAL: &str = "\0";

/// The flags for it.
#[derive(Debug, Args)]
pub(in crate::cli) struct InspectFlags {
    /// Show in a browser what hosts, modems and brokers say, at the address that is printed:
    /// PORT on loopback, or HOST:PORT; usually 127.0.0.1:7180 or a port behind it.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = USUAL)]
    inspect: Option<String>,

    /// Let the inspector show modems, and not send lines or make things go wrong.
    #[arg(long)]
    inspect_read_only: bool,

    /// Another name the inspector is asked by, such as that of a proxy before it.
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    inspect_host: Vec<String>,

    /// Take the token of the inspector from this file, which nobody else may read.
    #[arg(long, value_name = "FILE")]
    inspect_token_file: Option<PathBuf>,

    /// How much of what was said is kept for the inspector; usually 64M.
    #[arg(long, value_name = "SIZE", value_parser = inspect_memory)]
    inspect_memory: Option<usize>,
}

impl InspectFlags {
    /// What these say, else what a file does.
    pub(in crate::cli) fn plan(&self, file: InspectPlan) -> Result<InspectPlan, ProgramFailure> {
        let said = self.inspect.as_deref();
        let at = said.map(|address| match address {
            USUAL => InspectPlace::Usual,
            address => InspectPlace::At(address.to_owned()),
        });
        check_flag("--inspect", said.filter(|address| *address != USUAL))?;
        let plan = InspectPlan {
            at: at.or(file.at),
            read_only: self.inspect_read_only,
            hosts: self.inspect_host.clone(),
            token_file: self.inspect_token_file.clone(),
            memory: self.inspect_memory,
        };
        let alone = InspectPlan::default();
        if plan.at.is_none() && plan != alone {
            let why = "the flags --inspect-… say how the inspector is; give --inspect beside them";
            return Err(ProgramFailure::new(why).of_usage());
        }
        Ok(plan)
    }
}

/// Serves the inspector, where it is wanted, and prints its address with the token.
pub(in crate::cli) async fn open(
    plan: &InspectPlan,
    live: Option<&Arc<LiveEvents>>,
    desk: Option<&Arc<FaultDesk>>,
    fleet: bool,
) -> Result<(), ProgramFailure> {
    let (Some(place), Some(live), Some(desk)) = (&plan.at, live, desk) else {
        return Ok(());
    };
    let token = plan.token_file.as_deref().map(read_token).transpose()?;
    let (listener, bound) = listen(place).await?;
    let chance = || ProgramFailure::new("the system gives no random numbers for a token");
    let random = if token.is_none() {
        Some(Token::random().ok_or_else(chance)?)
    } else {
        None
    };
    let shown = address(bound, random.as_ref());
    let token = token.or(random).ok_or_else(chance)?;
    let access = Access::new(&token, bound, &plan.hosts).ok_or_else(chance)?;
    let inspector = Inspector::new(access, live.clone(), desk.clone(), (plan.read_only, fleet));
    serve(inspector, listener)
        .map_err(|error| ProgramFailure::system("cannot serve the inspector", &error))?;
    if !bound.ip().to_canonical().is_loopback() {
        tracing::warn!(
            "the inspector can be reached from elsewhere at {bound}, without encryption: \
             put a proxy with TLS before it"
        );
    }
    logs::write(format!("{shown}\n").as_bytes());
    Ok(())
}

/// What to open in a browser. A token that somebody chose is known to them.
fn address(bound: SocketAddr, token: Option<&Token>) -> String {
    let ip = match bound.ip() {
        ip if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        ip => ip,
    };
    let page = format!("http://{}/", SocketAddr::new(ip, bound.port()));
    match token {
        Some(token) => format!("{page}#token={}", token.as_str()),
        None => page,
    }
}

async fn listen(place: &InspectPlace) -> Result<(TcpListener, SocketAddr), ProgramFailure> {
    let (first, more) = match place {
        InspectPlace::Usual => ((IpAddr::V4(Ipv4Addr::LOCALHOST), PORT).into(), PORTS - 1),
        InspectPlace::At(text) => (tcp_address("--inspect", text).await?, 0),
    };
    for port in first.port()..=first.port().saturating_add(more) {
        let address = SocketAddr::new(first.ip(), port);
        match TcpListener::bind(address) {
            Ok(listener) => {
                let bound = listener.local_addr();
                let bound = bound.map_err(|error| cannot_listen(address, &error))?;
                return Ok((listener, bound));
            }
            Err(error) if error.kind() != io::ErrorKind::AddrInUse || more == 0 => {
                return Err(cannot_listen(address, &error));
            }
            Err(_) => {}
        }
    }
    Err(ProgramFailure::new(format!(
        "no port from {PORT} to {} is free for the inspector; choose one, such as --inspect=8080",
        PORT + PORTS - 1
    )))
}

fn read_token(path: &Path) -> Result<Token, ProgramFailure> {
    let shown = path.display();
    let unreadable =
        |error: io::Error| ProgramFailure::system(format!("cannot read {shown}"), &error);
    let mode = path.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(ProgramFailure::new(format!(
            "others can read {shown}, which holds the token of the inspector: chmod 600 {shown}"
        )));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    Token::of_text(&text).map_err(|why| ProgramFailure::new(format!("{shown}: {why}")))
}
