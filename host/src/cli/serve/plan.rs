//! What the flags say, on top of a configuration file.

use super::Arguments;
use crate::cli::Failure;
use crate::config::{BAUD, Behaviour, ModemPlan, Plan, PortPlan};
use std::ffi::OsStr;
use std::path::PathBuf;

/// What is to be served.
pub(super) fn made(arguments: &Arguments) -> Result<Plan, Failure> {
    let ports = ports(arguments)?;
    if arguments.name.is_some() && ports.len() != 1 {
        return Err(Failure::new(
            "--name is for one port; give one beside it, or name each modem in a configuration file",
        ));
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
        plan.modems = modems(ports, name, &plan.behaviour);
    }
    override_with(arguments, &mut plan);
    if plan.modems.is_empty() {
        return Err(Failure::new(nothing(&plan)));
    }
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

/// The ports, in the order pseudo-terminals, TCP, serial, stdio.
fn ports(arguments: &Arguments) -> Result<Vec<PortPlan>, Failure> {
    let mut ports = Vec::new();
    for link in &arguments.pty {
        ports.push(PortPlan::Pty {
            link: (!link.is_empty()).then(|| PathBuf::from(link)),
            mode: arguments.mode,
            group: arguments.group.clone(),
        });
    }
    ports.extend(arguments.tcp.iter().cloned().map(PortPlan::Tcp));
    for device in &arguments.serial {
        let (device, baud) = split_serial(device)?;
        ports.push(PortPlan::Serial { device, baud });
    }
    if arguments.stdio {
        ports.push(PortPlan::Stdio);
    }
    Ok(ports)
}

fn modems(ports: Vec<PortPlan>, name: &str, usual: &Behaviour) -> Vec<ModemPlan> {
    let modem = |(index, port)| ModemPlan {
        name: name.to_owned(),
        port,
        behaviour: Behaviour {
            seed: usual.seed.wrapping_add(index),
            ..usual.clone()
        },
    };
    let mut modems: Vec<_> = (0..).zip(ports).map(modem).collect();
    Plan::name_modems(&mut modems);
    modems
}

fn override_with(arguments: &Arguments, plan: &mut Plan) {
    plan.state_dir = arguments.state_dir.clone().or(plan.state_dir.take());
    plan.trace = arguments.trace.clone().or(plan.trace.take());
    plan.verbose = plan.verbose.max(arguments.verbose);
    for (index, modem) in (0..).zip(&mut plan.modems) {
        let behaviour = &mut modem.behaviour;
        behaviour.strict |= arguments.strict;
        behaviour.mask_secrets |= arguments.mask_secrets;
        if let Some(seed) = arguments.seed {
            behaviour.seed = seed.wrapping_add(index);
        }
    }
}

/// `DEVICE` or `DEVICE,BAUD`.
fn split_serial(text: &OsStr) -> Result<(PathBuf, u32), Failure> {
    let Some((device, baud)) = text.to_str().and_then(|text| text.rsplit_once(',')) else {
        return Ok((PathBuf::from(text), BAUD));
    };
    match baud.parse() {
        Ok(baud) if baud > 0 => Ok((PathBuf::from(device), baud)),
        _ => Err(Failure::new(format!(
            "--serial takes a device and a speed, such as /dev/ttyUSB0,9600; \"{baud}\" is no speed"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_device_may_have_a_speed() {
        let split = |text: &str| split_serial(OsStr::new(text)).map_err(|e| e.to_string());
        assert_eq!(split("/dev/a").unwrap(), ("/dev/a".into(), BAUD));
        assert_eq!(split("/dev/a,9600").unwrap(), ("/dev/a".into(), 9600));
        assert!(split("/dev/a,fast").unwrap_err().contains("fast"));
    }
}
