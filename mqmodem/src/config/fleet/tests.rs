use super::*;

fn table(text: &str) -> FleetTable {
    toml::from_str(text).unwrap()
}

fn plan(text: &str) -> Result<FleetPlan, String> {
    table(text).plan(BehaviourPlan::default(), None)
}

#[test]
fn a_pattern_makes_the_modems() {
    let text = "port = { pty = \"/run/mq/m{0000..9999}\" }\nname = \"meter-{index}\"\n\
        [identity]\nimei = \"86012345678{index}\"\nmodel = \"{name}\"";
    let plan = plan(text).unwrap();
    assert_eq!(plan.count(), 10_000);
    let modem = plan.modem(42).unwrap();
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
    let text = include_str!("../../../../examples/fleet.toml");
    let (_, text) = text.split_once("[fleet]\n").unwrap();
    let plan_of = |text: &str| plan(&text.replace("[fleet.identity]", "[identity]")).unwrap();
    let played = plan_of(text);
    assert_eq!((played.count(), played.template.hosts.files()), (200, 1));
    assert_eq!(
        played.modem(7).unwrap().behaviour.identity.imei.as_deref(),
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
        ports.port(Numbered {
            number: "7003",
            name: ""
        }),
        PortPlan::Tcp("127.0.0.1:7003".to_owned())
    );
}

#[test]
fn a_fleet_that_cannot_be_is_refused_with_a_hint() {
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
    let name = |count: u32| {
        let text = format!("modems = {count}\nscript = \"a\"\nname = \"m-{{index}}\"");
        plan(&text).unwrap().name(4)
    };
    // Also where their number has one digit more.
    assert_eq!(name(5), name(11));
}

#[test]
fn an_unknown_placeholder_is_told_with_its_key() {
    for (text, hint) in [
        (
            "name = \"m{nr}\"",
            "[fleet] name: there is no placeholder {nr}; there are {index}",
        ),
        (
            "name = \"m{name}\"",
            "[fleet] name: there is no placeholder {name}",
        ),
        ("name = \"m{\"", "[fleet] name: a { stands alone"),
        (
            "[identity]\nmodel = \"{x}\"",
            "[fleet] identity.model: there is no placeholder {x}",
        ),
    ] {
        let wrong = plan(&format!("modems = 3\nscript = \"a\"\n{text}")).unwrap_err();
        assert!(wrong.contains(hint), "{text}: {wrong}");
    }
    let wrong = plan("port = { pty = \"/run/{x}{0..3}\" }").unwrap_err();
    assert!(
        wrong.contains("[fleet] port: there is no placeholder {x}"),
        "{wrong}"
    );
    let plan = plan("port = { pty = \"/run/{name}{{{0..3}}}\" }\nname = \"a{{{index}\"").unwrap();
    let modem = plan.modem(2).unwrap();
    assert_eq!(modem.name, "a{2");
    assert_eq!(modem.port.to_string(), "/run/a{2{2}");
}

#[test]
fn a_list_says_who_the_modems_are() {
    let path = std::env::temp_dir().join(format!("mqmodem-list-{}.csv", std::process::id()));
    std::fs::write(&path, "name,user,password\nsn-7,u7,p7\nsn-9,u9,p9\n").unwrap();
    let plan = |text: &str| {
        let broker = crate::config::Plan::parsed("[broker]\nurl = \"mqtt://a\"\n").broker;
        let text = format!("script = \"a\"\ncredentials = {path:?}\n{text}");
        table(&text).plan(BehaviourPlan::default(), broker)
    };
    let all = plan("").unwrap();
    assert_eq!((all.count(), &*all.name(1)), (2, "sn-9"));
    let broker = all.modem(1).unwrap().broker.unwrap();
    assert_eq!(broker.username.as_deref(), Some("u9"));
    // Where names are made by a pattern, each finds its line.
    let one = plan("modems = 1\nname = \"sn-7\"").unwrap();
    let broker = one.modem(0).unwrap().broker.unwrap();
    assert_eq!(broker.username.as_deref(), Some("u7"));
    for (text, hint) in [
        (
            "modems = 3",
            "there shall be 3 modems, and credentials has 2",
        ),
        ("name = \"sn-{index}\"", "there is no line for \"sn-00000\""),
    ] {
        let wrong = plan(text).unwrap_err();
        assert!(wrong.contains(hint), "{wrong}");
    }
    let wrong = table(&format!("script = \"a\"\ncredentials = {path:?}\n"))
        .plan(BehaviourPlan::default(), None);
    assert!(wrong.unwrap_err().contains("add [broker]"));
    std::fs::remove_file(path).unwrap();
}
