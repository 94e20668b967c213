use super::*;

fn table(text: &str) -> FleetTable {
    toml::from_str(text).unwrap()
}

fn plan(text: &str) -> Result<FleetPlan, String> {
    table(text).plan(Behaviour::default())
}

#[test]
fn a_pattern_makes_the_modems() {
    let text = "port = { pty = \"/run/mq/m{0000..9999}\" }\nname = \"meter-{index}\"\n\
        [identity]\nimei = \"86012345678{index}\"\nmodel = \"{name}\"";
    let plan = plan(text).unwrap();
    assert_eq!(plan.count(), 10_000);
    let modem = plan.modem(42);
    assert_eq!(
        (&*modem.name, &*modem.port.to_string()),
        ("meter-0042", "/run/mq/m0042")
    );
    let identity = modem.behaviour.identity;
    assert_eq!(identity.imei.as_deref(), Some("860123456780042"));
    assert_eq!(identity.model.as_deref(), Some("meter-0042"));
    assert_eq!(modem.behaviour.seed, 42);
}

#[test]
fn the_example_and_what_stands_in_its_comments_are_fleets() {
    let text = include_str!("../../../examples/fleet.toml");
    let (_, text) = text.split_once("[fleet]\n").unwrap();
    let plan_of = |text: &str| plan(&text.replace("[fleet.identity]", "[identity]")).unwrap();
    let played = plan_of(text);
    assert_eq!((played.count(), played.template.hosts.files()), (200, 1));
    assert_eq!(
        played.modem(7).behaviour.identity.imei.as_deref(),
        Some("860123456700007")
    );
    let ports: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# port = "))
        .collect();
    assert_eq!(ports.len(), 4);
    for port in ports {
        let plan = plan_of(&format!("modems = 200\nidentify = \"line\"\nport = {port}"));
        assert_eq!(plan.count(), 200, "{port}");
    }
}

#[test]
fn hosts_are_at_ports_on_connections_or_played() {
    let hosts = |text: &str| plan(text).unwrap().template.hosts;
    let connections = hosts("modems = 7\nport = { tcp = \"7000\" }\nidentify = \"line\"");
    assert_eq!(
        connections,
        Hosts::Connections("7000".to_owned(), Identify::Line)
    );
    assert_eq!(hosts("modems = 7\nscript = \"a.chat\""), Hosts::Played);
    let ports = hosts("port = { tcp = \"127.0.0.1:{7000..7006}\" }");
    assert_eq!(
        ports.port("7003"),
        PortPlan::Tcp("127.0.0.1:7003".to_owned())
    );
}

#[test]
fn what_cannot_be_is_said() {
    for (text, hint) in [
        ("", "needs a number of modems"),
        ("modems = 3", "or a script they play"),
        (
            "modems = 3\nport = { pty = \"/run/m{0..3}\" }",
            "has 4 numbers",
        ),
        (
            "modems = 3\nport = { pty = \"/run/m\" }",
            "cannot all be at /run/m",
        ),
        ("port = { pty = \"/run/m{3..0}\" }", "as in m{0000..0199}"),
        ("port = { unix = \"/m{0..3}\" }\nscript = \"a\"", "not both"),
        (
            "modems = 3\nscript = \"a\"\nname = \"m\"",
            "names that differ",
        ),
        (
            "modems = 3\nscript = \"a\"\nevery = -1.0",
            "number of seconds",
        ),
        (
            "modems = 3\nscript = \"a\"\n[identity]\nimei = \"12345{index}\"",
            "m00000: an IMEI has 15 digits",
        ),
    ] {
        let wrong = plan(text).unwrap_err();
        assert!(wrong.contains(hint), "{text}: {wrong}");
    }
}

#[test]
fn more_modems_are_no_other_modems() {
    let of = |count: u32, more: &str| {
        plan(&format!(
            "modems = {count}\nscript = \"a\"\nname = \"m-{{index}}\"\n{more}"
        ))
        .unwrap()
    };
    assert!(of(5, "").has_modems_of(&of(7, "")));
    assert!(!of(5, "").has_modems_of(&of(7, "[identity]\nmodel = \"x\"")));
    // Also where their number has one digit more.
    assert!(of(5, "").has_modems_of(&of(11, "")));
    assert_eq!(of(5, "").name(4), of(11, "").name(4));
}
