//! What the flags say, on top of a configuration file.

use super::arguments::{NOWHERE, ServeArguments};
use crate::cli::failure::ProgramFailure;
use crate::cli::modems::address::check_flag;
use crate::cli::modems::proxy::proxy;
use crate::config::{BehaviourPlan, ModemPlan, Owners, Plan, PortPlan, check_name, number};
use crate::port::serial;
use std::path::PathBuf;

/// What is to be served.
pub(super) fn made(arguments: &ServeArguments) -> Result<Plan, ProgramFailure> {
    let ports = ports(arguments)?;
    check_flag("--metrics", arguments.metrics.as_deref())?;
    if arguments.name.is_some() && ports.len() != 1 {
        return Err(ProgramFailure::new(
            "--name is for one port; give one beside it, or name each modem in a configuration file",
        ));
    }
    if let Some(name) = &arguments.name {
        check_name(name).map_err(|what| ProgramFailure::new(format!("--name: {what}")))?;
    }
    let file = match &arguments.config {
        Some(file) => Some(file.clone()),
        // Whoever gives ports does not want a file that happens to lie here.
        None if ports.is_empty() => Plan::search(),
        None => None,
    };
    let mut plan = match file {
        Some(file) => Plan::read(&file)?,
        None => Plan::default(),
    };
    if !ports.is_empty() {
        let name = arguments.name.as_deref().unwrap_or_default();
        plan.modems = modems(ports, name, &plan);
    }
    override_with(arguments, &mut plan)?;
    if let Some(proxy) = proxy(arguments.proxy.as_ref())? {
        for modem in &mut plan.modems {
            modem.behaviour.proxy = Some(proxy.clone());
        }
    }
    if plan.modems.is_empty() {
        return Err(ProgramFailure::new(nothing(&plan)));
    }
    Owners::check(&plan).map_err(ProgramFailure::new)?;
    Ok(plan)
}

fn nothing(plan: &Plan) -> String {
    match &plan.file {
        None => {
            "serve needs a port, for example: mqmodem serve --pty=/tmp/modem; or a mqmodem.toml"
                .to_owned()
        }
        Some(file) => format!(
            "there is no modem in {}; add one, such as: [[modem]] and below it: port = \"pty\"",
            file.display()
        ),
    }
}

/// The ports, in the order pseudo-terminals, TCP, RFC 2217, Unix, serial, stdio.
fn ports(arguments: &ServeArguments) -> Result<Vec<PortPlan>, ProgramFailure> {
    let mut ports = Vec::new();
    for link in &arguments.pty {
        ports.push(PortPlan::Pty {
            link: (link != NOWHERE).then(|| PathBuf::from(link)),
            mode: arguments.mode,
            group: arguments.group.clone(),
        });
    }
    for (kind, addresses) in [("tcp", &arguments.tcp), ("rfc2217", &arguments.rfc2217)] {
        for address in addresses {
            check_flag(kind, Some(address))?;
        }
    }
    ports.extend(arguments.tcp.iter().cloned().map(PortPlan::Tcp));
    ports.extend(arguments.rfc2217.iter().cloned().map(PortPlan::Rfc2217));
    ports.extend(arguments.unix.iter().cloned().map(PortPlan::Unix));
    for text in &arguments.serial {
        let (device, settings) = serial::parse(text).map_err(|wrong| {
            ProgramFailure::new(format!(
                "--serial takes a device, and perhaps a speed, a format and a flow control, such as /dev/ttyUSB0,9600,8N1,rtscts; \"{wrong}\" is none of them"
            ))
            .of_usage()
        })?;
        ports.push(PortPlan::Serial { device, settings });
    }
    if arguments.stdio {
        ports.push(PortPlan::Stdio);
    }
    Ok(ports)
}

fn modems(ports: Vec<PortPlan>, name: &str, usual: &Plan) -> Vec<ModemPlan> {
    let modem = |(index, port)| ModemPlan {
        name: name.to_owned(),
        place: index,
        has_own_seed: false,
        number: number(index),
        port,
        behaviour: BehaviourPlan {
            seed: usual.behaviour.seed.wrapping_add(index),
            ..usual.behaviour.clone()
        },
        broker: usual.broker.clone(),
    };
    let mut modems: Vec<_> = (0..).zip(ports).map(modem).collect();
    Plan::name_modems(&mut modems);
    modems
}

fn override_with(arguments: &ServeArguments, plan: &mut Plan) -> Result<(), ProgramFailure> {
    plan.state_dir = arguments.state_dir.clone().or(plan.state_dir.take());
    let trace = std::mem::take(&mut plan.trace);
    plan.trace = arguments.trace.plan().or(trace);
    #[cfg(feature = "inspector")]
    {
        plan.inspect = arguments.inspect.plan(std::mem::take(&mut plan.inspect))?;
    }
    plan.control = arguments.control.control.clone().or(plan.control.take());
    plan.faults = arguments.control.faults(std::mem::take(&mut plan.faults))?;
    plan.metrics = arguments.metrics.clone().or(plan.metrics.take());
    plan.verbose = plan.verbose.max(arguments.verbose);
    for (index, modem) in (0..).zip(&mut plan.modems) {
        let behaviour = &mut modem.behaviour;
        arguments.module.apply(behaviour);
        behaviour.strict |= arguments.strict;
        if arguments.mask_secrets {
            behaviour.mask_secrets = Some(true);
        }
        if let Some(seed) = arguments.seed {
            behaviour.seed = seed.wrapping_add(index);
            modem.has_own_seed = false;
        }
    }
    Ok(())
}
