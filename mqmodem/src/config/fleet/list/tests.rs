use super::*;
use crate::config::BrokerOptions;

fn parse(text: &str) -> Result<List, String> {
    List::parse(Path::new("dir/list.csv"), text)
}

fn broker() -> Broker {
    Broker {
        host: "a".to_owned(),
        websocket: None,
        port: 8883,
        client_id: "{name}".to_owned(),
        clean_session: true,
        keep_alive: 60,
        username: None,
        password: None,
        password_file: Some("shared".into()),
        tls: Some(TlsPaths {
            root: Some("root".into()),
            ..TlsPaths::default()
        }),
        options: BrokerOptions::default(),
    }
}

#[test]
fn each_line_is_a_modem() {
    let list = parse(
        "# of the factory\n\nm1, u1 ,\"p,\"\"1\"\" {x}\",m1.pem,/keys/m1\r\nm2,u2\nm3,u3,p3,,\n",
    );
    let list = list.unwrap();
    assert_eq!((list.len(), list.name(1)), (3, Some("m2")));
    let of = |name| list.broker_of(name, &broker()).unwrap();
    let first = of("m1");
    assert_eq!(first.username.as_deref(), Some("u1"));
    // What is written there is no placeholder.
    assert_eq!(first.password.unwrap().0, "p,\"1\" {{x}}");
    assert_eq!(first.password_file, None);
    let tls = first.tls.unwrap();
    assert_eq!(tls.certificate.unwrap(), Path::new("dir/m1.pem"));
    assert_eq!(tls.key.unwrap(), Path::new("/keys/m1"));
    assert_eq!(tls.root.unwrap(), Path::new("root"));
    let second = of("m2");
    assert_eq!(second.password_file.unwrap(), Path::new("shared"));
    assert_eq!(of("m3").tls, broker().tls);
}

#[test]
fn the_first_line_may_name_the_columns() {
    let list = parse("Name,Password,User\nm1,p1,u1\n").unwrap();
    let first = list.broker_of("m1", &broker()).unwrap();
    assert_eq!(first.username.as_deref(), Some("u1"));
    assert_eq!(first.password.unwrap().0, "p1");
}

#[test]
fn the_columns_may_stand_in_any_order() {
    for text in [
        "username,password,name\nu1,p1,m1\n",
        "PASSWORD, \"name\" ,user,cert,key\np1,m1,u1\n",
    ] {
        let list = parse(text).unwrap();
        assert_eq!((list.len(), list.name(0)), (1, Some("m1")), "{text}");
        let modem = list.broker_of("m1", &broker()).unwrap();
        assert_eq!(modem.username.as_deref(), Some("u1"), "{text}");
        assert_eq!(modem.password.unwrap().0, "p1", "{text}");
    }
}

#[test]
fn a_first_line_that_nearly_names_columns_is_no_modem() {
    let there_are = "there are name, username, password, certificate, key";
    for first in [
        "device,user,pw",
        "Username,Passwd",
        "user,password",
        "serial,username,password",
        "username,password,name,hunter2",
        "name,hunter2",
        "username,password,name,",
    ] {
        let said = parse(&format!("# first\n{first}\na,b,c\n")).unwrap_err();
        let is_told = said.starts_with("dir/list.csv:2: ") && said.contains(there_are);
        assert!(is_told && !said.contains("hunter"), "{first}: {said}");
    }
    // One such word is a modem's own, and later lines are modems.
    for text in ["key\n", "m1,user,p1\n", "m1\nm2,user,password\n"] {
        assert!(parse(text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_by_its_line_without_secrets() {
    for (text, want) in [
        ("# none\n", "dir/list.csv: there is no modem"),
        (
            "m1,u,hunter2,c,k,x\n",
            "dir/list.csv:1: 6 fields are too many",
        ),
        ("m1,u\nm1,v\n", "dir/list.csv:2: line 1 is of \"m1\" too"),
        ("m1,u\n,v,hunter2\n", "dir/list.csv:2: the name is to be"),
        ("m1,u,\"hunter2\n", "dir/list.csv:1: a quote is not closed"),
        (
            "m1,u,\"hunter\"2\n",
            "dir/list.csv:1: something stands behind",
        ),
        (
            "m1;u;hunter2\n",
            "dir/list.csv:1: the fields of a line are separated by commas",
        ),
        (
            "name,pass\n",
            "dir/list.csv:1: there is no column \"pass\"; there are name, username",
        ),
        (
            "name,user,username\n",
            "dir/list.csv:1: the column username is there twice",
        ),
    ] {
        let said = parse(text).unwrap_err();
        assert!(
            said.starts_with(want) && !said.contains("hunter"),
            "{text}: {said}"
        );
    }
    let list = parse("\nm1,,hunter2\nm2,u,,c\nm3,u,p,c,k\n").unwrap();
    let plain = Broker {
        tls: None,
        password_file: None,
        ..broker()
    };
    for (name, usual, want) in [
        (
            "m1",
            broker(),
            "dir/list.csv:2: a password needs a username",
        ),
        (
            "m2",
            broker(),
            "dir/list.csv:3: tls.certificate and tls.key belong together",
        ),
        ("m3", plain, "dir/list.csv:4: a certificate needs TLS"),
        ("m4", broker(), "dir/list.csv: there is no line for \"m4\""),
    ] {
        let said = list.broker_of(name, &usual).unwrap_err();
        assert!(said.starts_with(want), "{said}");
    }
    assert!(!format!("{list:?}").contains("hunter"));
}
