//! The inspector, as a browser and an attacker meet it.

mod browser;
mod rig;
mod support;

use browser::{Answer, Inspected, line_with};
use rig::call;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use support::Scratch;

/// Fields every answer has.
const FIELDS: [&str; 6] = [
    "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'",
    "x-content-type-options: nosniff",
    "referrer-policy: no-referrer",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: same-origin",
    "cache-control: no-store",
];

/// Requests for paths and with bodies, and how each is answered.
fn asked_for(page: &Inspected) -> Vec<(u16, Answer)> {
    let get = |path| page.request("GET", path, &[], "");
    let long = "x".repeat(10_000);
    vec![
        (200, get("/")),
        (200, get("/page/app.js")),
        (404, get("/page/nothing.js")),
        (404, get("/nothing")),
        (404, get("/page/../api/about")),
        (405, page.request("POST", "/", &[], "")),
        (404, page.ask("GET", "/api/nothing", "")),
        (405, page.ask("PUT", "/api/about", "")),
        (405, page.ask("GET", "/api/control", "")),
        (413, page.ask("POST", "/api/control", &long)),
        (400, page.ask("POST", "/api/control", "state\nstate")),
        (400, page.ask("GET", "/api/modems?limit=many", "")),
        (400, page.ask("GET", "/api/modems?state=odd", "")),
        (400, page.ask("GET", "/api/modems?sort=odd", "")),
        (404, page.ask("GET", "/api/events?modem=nobody", "")),
        (400, page.raw("GARBAGE\r\n\r\n")),
        (400, page.raw("GET / HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n")),
        (
            431,
            page.raw(&format!("GET / HTTP/1.1\r\nX: {}", long.repeat(10))),
        ),
    ]
}

/// Requests with tokens, and how each is answered.
fn with_tokens(page: &Inspected) -> Vec<(u16, Answer)> {
    let token = format!("Authorization: Bearer {}", page.token);
    let get = |fields: &[&str]| page.request("GET", "/api/about", fields, "");
    vec![
        (401, get(&[])),
        (401, get(&["Authorization: Basic eDp5"])),
        (401, get(&["Authorization: Bearer"])),
        (401, page.request("GET", "/api/nothing", &[], "")),
        (401, page.request("PUT", "/api/about", &[], "")),
        (403, get(&["Authorization: Bearer x"])),
        (403, get(&[&format!("{token}x")])),
        (401, get(&[&token, &token])),
        (200, get(&[&token])),
        (200, get(&[&token.replace("Bearer", "bearer")])),
    ]
}

/// Requests to hosts and from origins, and how each is answered.
fn from_elsewhere(page: &Inspected) -> Vec<(u16, Answer)> {
    let (at, token) = (&page.at, &page.token);
    let port = at.rsplit_once(':').unwrap().1;
    let host = |host: &str, path: &str| {
        page.raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Connection: close\r\n\r\n"
        ))
    };
    let origin = |origin: &str| {
        let fields = [
            format!("Authorization: Bearer {token}"),
            format!("Origin: {origin}"),
        ];
        page.request("GET", "/api/about", &[&fields[0], &fields[1]], "")
    };
    vec![
        (421, host("evil.example", "/")),
        (421, host(&format!("evil.example:{port}"), "/api/about")),
        (421, host("127.0.0.1", "/")),
        (421, host(at, "http://evil.example/")),
        (421, host(&format!("{at}\r\nHost: x"), "/")),
        (421, page.raw("GET / HTTP/1.0\r\n\r\n")),
        (200, host(&format!("localhost:{port}"), "/api/about")),
        (200, host(&format!("[::1]:{port}"), "/api/about")),
        (200, origin(&format!("http://{at}"))),
        (403, origin("http://evil.example")),
        (403, origin("null")),
        (403, origin(&format!("http://{at}\r\nOrigin: http://{at}"))),
        (
            403,
            page.request("GET", "/", &["Origin: https://evil.example"], ""),
        ),
    ]
}

#[test]
fn who_may_not_look_is_refused_and_every_answer_is_protected() {
    let page = Inspected::start(&[]);
    let answers = [asked_for(&page), with_tokens(&page), from_elsewhere(&page)];
    for (at, (status, answer)) in answers.iter().flatten().enumerate() {
        assert_eq!(answer.status, *status, "{at}: {answer:?}");
        for field in FIELDS {
            assert!(
                answer.head.contains(field),
                "{at}: no {field} in {answer:?}"
            );
        }
        if *status >= 400 {
            let kind = "content-type: text/plain; charset=utf-8";
            assert!(answer.head.contains(kind), "{at}: {answer:?}");
            assert!(!answer.body.contains(&page.token), "{at}: {answer:?}");
            assert_eq!(answer.body.lines().count(), 1, "{at}: {answer:?}");
        }
    }
}

#[test]
fn modems_are_listed_and_events_come_as_they_happen() {
    let page = Inspected::with(&["serve", "--tcp", "0", "--tcp", "0", "--inspect=0"], 2);
    let json = |path: &str| serde_json::from_str::<Value>(&page.get(path)).unwrap();
    let about = json("/api/about");
    assert_eq!(about["version"], 1);
    assert_eq!(
        (&about["read_only"], &about["fleet"]),
        (&false.into(), &false.into())
    );
    let modems = json("/api/modems");
    assert_eq!(modems["total"], 2);
    assert_eq!(modems["counts"]["down"], 2);
    let name = modems["modems"][0]["name"].as_str().unwrap().to_owned();
    let query = format!("modem={}", name.replace(' ', "%20"));
    let mut host = call(name.rsplit_once(' ').unwrap().1);
    let mut events = page.events(&format!("{query}&from=0"));
    let header: Value = serde_json::from_str(&events.line()).unwrap();
    assert_eq!(
        (&header["type"], &header["run"]),
        (&"trace".into(), &about["run"])
    );
    assert!(events.line().starts_with(r#"{"seq":1,"#));
    host.write_all(b"AT+NOSUCH\rAT\r").unwrap();
    let line = events.until(r#""kind":"result","text":"ERROR""#);
    let counters = events.until(r#""errors":1"#);
    let counters: Value = serde_json::from_str(&counters).unwrap();
    assert_eq!(counters["type"], "counters");
    assert_eq!(
        (&counters["at"], &counters["state"]),
        (&2.into(), &"down".into())
    );
    // Who goes on where it stopped misses nothing.
    let seq: u64 = line.split([':', ',']).nth(1).unwrap().parse().unwrap();
    let mut again = page.events(&format!("{query}&from={}", seq + 1));
    again.line();
    assert!(
        again
            .line()
            .starts_with(&format!(r#"{{"seq":{},"#, seq + 1))
    );
    several_are_told_apart(&page, &name);
}

/// The first of two modems, which had an error, and the other.
fn several_are_told_apart(page: &Inspected, name: &str) {
    let json = |path: &str| serde_json::from_str::<Value>(&page.get(path)).unwrap();
    let query = format!("modem={}", name.replace(' ', "%20"));
    let row = &json("/api/modems?sort=errors&limit=1")["modems"][0];
    assert_eq!(row["name"], name);
    assert_eq!((&row["errors"], &row["host"]), (&1.into(), &true.into()));
    assert_eq!(
        json("/api/modems?sort=-errors&limit=1")["modems"][0]["errors"],
        0
    );
    assert_eq!(json("/api/modems?q=nobody")["total"], 0);
    assert_eq!(json("/api/modems?state=connected")["total"], 0);
    assert_eq!(
        json("/api/modems?offset=1")["modems"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let several = page.ask("GET", "/api/events", "");
    assert_eq!(several.status, 400, "{several:?}");
    let answer = page.ask("POST", &format!("/api/control?{query}"), "fault net reset");
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok 1\n"));
    let answer = page.ask("POST", &format!("/api/control?{query}"), "fault net rest");
    assert!(
        answer.status == 400 && answer.body.starts_with("error `rest`"),
        "{answer:?}"
    );
    assert_eq!(page.control("list").0, 400, "which of them?");
}

#[test]
fn another_run_has_another_name() {
    let first = Inspected::start(&[]);
    let run = |page: &Inspected| page.get("/api/about").split('"').nth(7).unwrap().to_owned();
    let before = run(&first);
    first.end();
    let second = Inspected::start(&[]);
    assert_ne!(run(&second), before);
    // It is for the page to see that its numbers are of another run.
    assert!(second.events("from=100000").line().contains(&run(&second)));
}

#[test]
fn what_a_page_missed_is_told_and_memory_is_bounded() {
    let page = Inspected::start(&["--inspect-memory", "1M"]);
    let mut host = call(&page.hosts[0]);
    host.write_all(&[b"ATE0\r".to_vec(), b"AT\r".repeat(20_000)].concat())
        .unwrap();
    let mut heard = Vec::new();
    while heard.windows(2).filter(|two| two == b"OK").count() < 20_001 {
        let mut part = vec![0; 65_536];
        let count = host.read(&mut part).unwrap();
        heard.extend_from_slice(&part[..count]);
    }
    let mut events = page.events("from=1");
    events.line();
    let lost: Value = serde_json::from_str(&events.line()).unwrap();
    assert_eq!(
        (&lost["type"], &lost["from"], &lost["why"]),
        (&"lost".into(), &1.into(), &"reader".into())
    );
    let first = format!(r#"{{"seq":{},"#, lost["count"].as_u64().unwrap() + 1);
    assert!(events.line().starts_with(&first));
    let counters: Value = serde_json::from_str(&events.until("counters")).unwrap();
    assert_eq!(counters["lost"], lost["count"]);
}

#[test]
fn nothing_is_done_to_modems_where_the_page_is_read_only() {
    let page = Inspected::start(&["--inspect-read-only"]);
    for line in ["send AT", "fault net reset", "clear", "clear 1"] {
        let (status, why) = page.control(line);
        assert_eq!(status, 403, "{line}: {why}");
    }
    for line in ["list", "state", "note step 4", "fault list"] {
        assert_eq!(page.control(line).0, 200, "{line}");
    }
    assert!(page.get("/api/about").contains(r#""read_only":true"#));
}

#[test]
fn what_a_page_shows_is_given_as_a_file() {
    let page = Inspected::start(&[]);
    let mut events = page.events("from=0");
    page.control("note here");
    let mut shown = String::new();
    while !shown.contains("here") {
        shown += &(events.line() + "\n");
    }
    let text = page.ask("POST", "/api/convert?to=text", &shown);
    assert_eq!(text.status, 200, "{text:?}");
    assert!(text.body.contains("note: here"), "{text:?}");
    assert!(text.head.contains("filename=\"mqmodem.text\""), "{text:?}");
    let odd = page.ask("POST", "/api/convert?to=odd", &shown);
    assert_eq!(odd.status, 400, "{odd:?}");
    let broken = page.ask("POST", "/api/convert?to=text", "{\n");
    assert_eq!(broken.status, 400, "{broken:?}");
    assert!(broken.body.contains("line 1"), "{broken:?}");
}

#[test]
fn silent_and_slow_clients_shut_nobody_out() {
    let page = Inspected::start(&[]);
    let mut events = page.events("from=0");
    events.line();
    let silent: Vec<TcpStream> = (0..100).map(|_| call(&page.at)).collect();
    let slow: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = call(&page.at);
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX: ");
            stream
        })
        .collect();
    assert!(page.get("/api/about").contains("mqmodem"));
    // A page that is open stays open.
    assert_eq!(page.control("note here").0, 200);
    events.until(r#""text":"here""#);
    drop((silent, slow));
    let streams: Vec<_> = (1..16).map(|_| page.events("from=0")).collect();
    let one_more = page.ask("GET", "/api/events", "");
    assert_eq!(one_more.status, 503, "{one_more:?}");
    drop(streams);
}

#[test]
fn a_page_that_does_not_read_does_not_stop_a_modem() {
    let page = Inspected::start(&[]);
    let mut stream = call(&page.at);
    let token = &page.token;
    let request = format!(
        "GET /api/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n",
        page.at
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut host = call(&page.hosts[0]);
    host.write_all(b"ATE0\r").unwrap();
    let mut heard = [0; 11];
    host.read_exact(&mut heard).unwrap();
    for _ in 0..300 {
        host.write_all(&b"AT\r".repeat(100)).unwrap();
        let mut heard = [0; 600];
        host.read_exact(&mut heard).unwrap();
        assert_eq!(heard, b"\r\nOK\r\n".repeat(100)[..]);
    }
}

#[test]
fn a_proxy_and_a_token_of_ones_own() {
    let scratch = Scratch::new();
    let file = scratch.join("token");
    std::fs::write(&file, "0123456789-the-token\n").unwrap();
    let open = |mode| std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
    let token = ["--inspect-token-file", file.to_str().unwrap()];
    open(0o640);
    let refused = program(&[&["serve", "--tcp", "0", "--inspect=0"], &token[..]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains("chmod 600"), "{why}");
    open(0o600);
    let page = Inspected::start(&[&token[..], &["--inspect-host", "lab.example"]].concat());
    assert_eq!(page.token, "", "it is not for a log");
    let ask = |host: &str| {
        page.raw(&format!(
            "GET /api/about HTTP/1.1\r\nHost: {host}\r\nOrigin: https://lab.example\r\n\
             Authorization: Bearer 0123456789-the-token\r\nConnection: close\r\n\r\n"
        ))
    };
    assert_eq!(ask("lab.example").status, 200);
    assert_eq!(ask("lab.example:8443").status, 200);
    assert_eq!(ask("lap.example").status, 421);
}

#[test]
fn a_port_in_use_is_said_and_the_usual_one_gives_way() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("--inspect={}", taken.local_addr().unwrap());
    let output = program(&["serve", "--tcp", "0", &at]);
    let why = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{why}");
    assert!(
        why.contains("cannot listen on") && why.contains("in use"),
        "{why}"
    );
    for arguments in [
        &["--inspect=x"][..],
        &["--inspect-read-only"],
        &["--inspect=0", "--inspect-memory", "1"],
    ] {
        let output = program(&[&["serve", "--tcp", "0"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    // Whoever has 7180 now, the next is near.
    let first = Inspected::with(&["serve", "--tcp", "0", "--inspect"], 1);
    let second = Inspected::with(&["serve", "--tcp", "0", "--inspect"], 1);
    assert_ne!(first.at, second.at);
    assert!(second.at.starts_with("127.0.0.1:718"), "{}", second.at);
}

#[test]
fn refusals_are_logged_once_a_second_without_what_was_sent() {
    let mut page = Inspected::start(&[]);
    for _ in 0..200 {
        page.request("GET", "/api/about", &["Authorization: Bearer hunter2"], "");
    }
    let line = line_with(&mut page.log, "inspector: ");
    assert!(
        line.contains("the token is wrong") && !line.contains("hunter2"),
        "{line}"
    );
    let log = page.end();
    let more = log.lines().filter(|line| line.contains("inspector: "));
    assert!(more.count() < 20, "{log}");
}

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(arguments).output().unwrap()
}
