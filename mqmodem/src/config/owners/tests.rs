//! What two may not share, and how that is told.

use super::*;
use crate::config::{BehaviourPlan, FleetTable, TracePlan};
use std::os::unix::fs::symlink;

fn at(name: &str, port: PortPlan) -> ModemPlan {
    ModemPlan {
        name: name.to_owned(),
        place: 0,
        number: String::new(),
        has_own_seed: false,
        port,
        behaviour: BehaviourPlan::default(),
        broker: None,
    }
}

fn tcp(address: &str) -> PortPlan {
    PortPlan::Tcp(address.to_owned())
}

fn pty(link: &Path) -> PortPlan {
    PortPlan::Pty {
        link: Some(link.to_owned()),
        mode: None,
        group: None,
    }
}

fn serial(device: &Path) -> PortPlan {
    PortPlan::Serial {
        device: device.to_owned(),
        settings: crate::port::serial::DEFAULT,
    }
}

fn check(mut modems: Vec<ModemPlan>) -> Owned {
    Plan::name_modems(&mut modems);
    Owners::check(&Plan {
        modems,
        ..Plan::default()
    })
}

fn scratch(name: &str) -> PathBuf {
    let name = format!("mqmodem-owners-{}-{name}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(path.join("real")).unwrap();
    symlink(path.join("real"), path.join("alias")).unwrap();
    path
}

#[test]
fn a_given_name_that_is_the_name_of_a_port_is_refused() {
    for (given, others) in [
        ("tcp 127.0.0.1:28704", vec!["127.0.0.1:28704"]),
        ("tcp 7000", vec!["7000"]),
    ] {
        let mut modems = vec![at(given, tcp("9000"))];
        modems.extend(others.into_iter().map(|port| at("", tcp(port))));
        let said = check(modems).unwrap_err();
        assert!(
            said.contains("at tcp 9000") && said.contains(given),
            "{said}"
        );
    }
    let second = vec![
        at("", PortPlan::pty()),
        at("", PortPlan::pty()),
        at("pty#2", tcp("9000")),
    ];
    let said = check(second).unwrap_err();
    assert!(said.contains("called \"pty#2\", the one at pty"), "{said}");
}

#[test]
fn listeners_at_overlapping_addresses_are_refused_and_named() {
    for (one, other) in [
        ("7000", "127.0.0.1:7000"),
        ("7000", "0.0.0.0:7000"),
        ("0.0.0.0:7000", "127.0.0.2:7000"),
        ("[::]:7000", "127.0.0.1:7000"),
        ("[::]:7000", "[::1]:7000"),
        ("[::1]:7000", "[0:0:0:0:0:0:0:1]:7000"),
        ("[::ffff:127.0.0.1]:7000", "7000"),
        ("localhost:7000", "7000"),
    ] {
        for other in [tcp(other), PortPlan::Rfc2217(other.to_owned())] {
            let said = check(vec![at("a", tcp(one)), at("b", other)]).unwrap_err();
            assert!(
                said.contains("modem \"a\"") && said.contains("modem \"b\""),
                "{said}"
            );
            assert!(said.contains("port 7000"), "{said}");
        }
    }
    for (one, other) in [
        ("7000", "7001"),
        ("0", "0"),
        ("127.0.0.1:7000", "127.0.0.2:7000"),
        ("127.0.0.1:7000", "[::1]:7000"),
        ("0.0.0.0:7000", "[::1]:7000"),
    ] {
        check(vec![at("a", tcp(one)), at("b", tcp(other))]).unwrap();
    }
}

#[test]
fn metrics_and_a_modem_at_one_port_are_refused_and_named() {
    for (metrics, port) in [
        ("7000", tcp("7000")),
        ("0.0.0.0:7000", tcp("7000")),
        ("localhost:7000", PortPlan::Rfc2217("7000".to_owned())),
    ] {
        let plan = |metrics: &str| Plan {
            modems: vec![at("a", port.clone())],
            metrics: Some(metrics.to_owned()),
            ..Plan::default()
        };
        let said = Owners::check(&plan(metrics)).unwrap_err();
        assert!(
            said.contains("the metrics and modem \"a\"") && said.contains("port 7000"),
            "{said}"
        );
        Owners::check(&plan("7001")).unwrap();
    }
}

fn with_broker(usual: &str, [one, other]: [&str; 2]) -> Owned {
    let modem = |text: &str| format!("[[modem]]\nport = \"pty\"\n{text}\n");
    let (one, other) = (modem(one), modem(other));
    let text = format!("[broker]\nhost = \"h\"\n{usual}\n{one}{other}");
    Owners::check(&Plan::parsed(&text))
}

#[test]
fn two_modems_of_one_client_id_at_one_broker_are_refused_and_named() {
    let [a, b] = ["name = \"a b\"", "name = \"a-b\""];
    let b_at = |broker: &str| format!("{b}\n[modem.broker]\n{broker}");
    for (usual, other, id) in [
        ("", b.to_owned(), "-a-b"),
        ("client_id = \"{name}\"", b.to_owned(), "\"a-b"),
        ("client_id = \"x\"", b.to_owned(), "\"x"),
        ("client_id = \"x\"", b_at("host = \"H.\""), "\"x"),
        ("", b_at("client_id = \"{host}-{name}\""), "-a-b"),
        ("client_id = \"x\"", b_at("keepalive = 9"), "\"x"),
    ] {
        let said = with_broker(usual, [a, &other]).unwrap_err();
        assert!(
            said.contains("modem \"a b\" and modem \"a-b\"") && said.contains("port 1883"),
            "{said}"
        );
        assert!(said.contains(&format!("{id}\"")), "{usual}: {said}");
    }
    for (usual, other) in [
        ("client_id = \"\"", b.to_owned()),
        ("client_id = \"{name}-{imei}\"", b.to_owned()),
        ("client_id = \"{name}-{index}\"", b.to_owned()),
        ("", "name = \"A-b\"".to_owned()),
        ("client_id = \"x\"", b_at("host = \"other\"")),
        ("client_id = \"x\"", b_at("port = 1884")),
        ("client_id = \"x\"", b_at("client_id = \"y\"")),
    ] {
        with_broker(usual, [a, &other]).unwrap();
    }
}

#[test]
fn one_address_of_a_broker_in_two_ways_is_one_broker() {
    for (one, other) in [
        ("[::1]", "0:0:0:0:0:0:0:1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("Broker.Example", "broker.example."),
    ] {
        assert_eq!(same(one), same(other));
    }
    assert_ne!(same("a"), same("b"));
}

#[test]
fn a_fleet_of_one_client_id_is_refused() {
    let fleet = |client_id: &str| {
        let plan = Plan::parsed(&format!(
            "[broker]\nhost = \"h\"\nclient_id = \"{client_id}\"\n\
             [fleet]\nmodems = 3\nport = \"pty\"\n"
        ));
        let fleet = plan.fleet.unwrap().plan(plan.behaviour, plan.broker);
        Owners::check_fleet(&fleet.unwrap(), [None; 3], (None, None))
    };
    let said = fleet("x").unwrap_err();
    assert!(
        said.contains("modem \"m00000\" and modem \"m00001\"") && said.contains("\"x\""),
        "{said}"
    );
    fleet("").unwrap();
    fleet("{host}-{name}").unwrap();
    fleet("x-{index}").unwrap();
}

#[test]
fn one_file_by_two_paths_is_refused() {
    let scratch = scratch("paths");
    let real = scratch.join("real/m0");
    for other in [
        scratch.join("real/./m0"),
        scratch.join("alias/m0"),
        scratch.join("real/../alias/m0"),
    ] {
        for (one, other) in [
            (pty(&real), pty(&other)),
            (PortPlan::Unix(real.clone()), pty(&other)),
            (PortPlan::Unix(real.clone()), PortPlan::Unix(other.clone())),
            (pty(&real), serial(&other)),
        ] {
            let said = check(vec![at("a", one), at("b", other)]).unwrap_err();
            assert!(
                said.contains("modem \"a\"") && said.contains("modem \"b\""),
                "{said}"
            );
        }
    }
    check(vec![
        at("a", pty(&real)),
        at("b", pty(&scratch.join("alias/m1"))),
    ])
    .unwrap();
}

#[test]
fn one_device_by_two_names_is_refused() {
    let by_id = scratch("devices").join("by-id");
    symlink("/dev/null", &by_id).unwrap();
    let null = Path::new("/dev/null");
    let said = check(vec![at("a", serial(null)), at("b", serial(&by_id))]).unwrap_err();
    assert!(said.contains("both use"), "{said}");
    let said = check(vec![at("a", PortPlan::Stdio), at("b", PortPlan::Stdio)]).unwrap_err();
    assert!(said.contains("standard input"), "{said}");
}

#[test]
fn a_trace_is_neither_the_state_nor_the_configuration_nor_a_port() {
    let scratch = scratch("trace");
    let config = scratch.join("mqmodem.toml");
    std::fs::write(&config, "").unwrap();
    std::fs::write(scratch.join("real/state.redb"), "").unwrap();
    std::fs::hard_link(scratch.join("real/state.redb"), scratch.join("linked")).unwrap();
    for (trace, owner) in [
        (config.clone(), "the configuration"),
        (scratch.join("alias/state.redb"), "the state directory"),
        (
            scratch.join("real/state.redb.reserve"),
            "the state directory",
        ),
        (scratch.join("linked"), "the state directory"),
        (scratch.join("real/m0"), "the modem at"),
    ] {
        let mut modems = vec![at("", pty(&scratch.join("real/m0")))];
        Plan::name_modems(&mut modems);
        let said = Owners::check(&Plan {
            file: Some(config.clone()),
            state_dir: Some(scratch.join("real")),
            trace: TracePlan {
                target: Some(TraceTarget::of(&trace)),
                payload: None,
            },
            modems,
            ..Plan::default()
        });
        let said = said.unwrap_err();
        assert!(
            said.contains("the trace") && said.contains(owner),
            "{trace:?}: {said}"
        );
    }
}

#[test]
fn a_fleet_owns_its_ports_and_names() {
    let table: FleetTable =
        toml::from_str("port = { tcp = \"127.0.0.1:{7000..7009}\" }\nmetrics = \"7004\"").unwrap();
    let fleet = table.plan(BehaviourPlan::default(), None).unwrap();
    let said = Owners::check_fleet(&fleet, [None; 3], (None, None)).unwrap_err();
    assert!(
        said.contains("the metrics") && said.contains("port 7004"),
        "{said}"
    );
    let fleet = Some(toml::from_str("modems = 3\nport = \"pty\"").unwrap());
    let said = Owners::check(&Plan {
        modems: vec![at("m00001", tcp("9000"))],
        state_dir: Some(PathBuf::from("/no/such/place")),
        fleet,
        ..Plan::default()
    });
    let said = said.unwrap_err();
    assert!(
        said.contains("at tcp 9000") && said.contains("in the fleet"),
        "{said}"
    );
}
