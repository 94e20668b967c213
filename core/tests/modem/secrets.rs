//! Law 6: passwords and keys reach no log. Whatever a caller may print with `{:?}`
//! is asked here, as text and as the numbers bytes are printed as.

use crate::actions::carry_out;
use mqmodem_core::modem::settings::Settings;
use mqmodem_core::modem::url::BrokerUrl;
use mqmodem_core::{Buf, Config, Instant, LinkId, Memory, Modem, Slot};

const SECRET: &str = "correct-horse-battery";
const NOW: Instant = Instant::ZERO;

/// Whether a printed value tells the secret.
fn tells(printed: &str) -> bool {
    let numbers = format!("{:?}", SECRET.as_bytes());
    let numbers = numbers.trim_matches(['[', ']']);
    let printed: String = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    printed.contains(SECRET) || printed.contains(numbers)
}

/// Types a line, carries out what it asks for, and looks at all that is printable.
fn type_line(modem: &mut Modem<'_>, line: &str) {
    assert_eq!(modem.handle_host(NOW, line.as_bytes()), line.len());
    carry_out(modem, NOW, |action| {
        assert!(!tells(&format!("{action:?}")), "an action tells the secret");
    });
    assert!(!tells(&format!("{modem:?}")), "the modem tells the secret");
    let answer = modem.host_out();
    assert!(
        answer.ends_with(b"\r\nOK\r\n"),
        "{}",
        String::from_utf8_lossy(answer)
    );
    let len = answer.len();
    modem.host_sent(NOW, len);
}

#[test]
fn a_password_is_not_printed() {
    let mut memory = vec![0; 64 * 1024];
    let memory = Memory::lent(&mut memory).expect("enough memory");
    let config = Config {
        mask_secrets: true,
        ..Config::default()
    };
    let mut modem = Modem::new(config, memory, NOW);
    type_line(
        &mut modem,
        &format!("AT+MQTTCONFIG=broker,1883,me,1,60,user,{SECRET}\r"),
    );
    type_line(&mut modem, "AT+MQTTCONFIG?\r");
}

/// A password the operator gave is not for the host to see, the host's own is.
#[test]
fn a_password_the_host_did_not_set_is_not_shown_to_it() {
    let given = |hides_password| {
        let settings = Settings {
            url: BrokerUrl::of_host("broker"),
            port: 1883,
            client_id: "me",
            clean_session: true,
            keep_alive: 60,
            username: Some("user"),
            password: Some(SECRET.as_bytes()),
            hides_password,
        };
        let mut record = Buf::heap(1024);
        settings.encode(&mut record).expect("room");
        let mut modem = Modem::new(Config::default(), Memory::heap(), NOW);
        let restored = modem.restore(Slot::Settings(LinkId(0)), record.as_slice());
        restored.expect("a record");
        modem
    };
    let shown = |modem: &mut Modem<'_>| {
        modem.handle_host(NOW, b"ATE0+MQTTCONFIG?\r");
        let said = String::from_utf8_lossy(modem.host_out()).into_owned();
        modem.host_sent(NOW, modem.host_out().len());
        said
    };
    let mut modem = given(true);
    let said = shown(&mut modem);
    assert!(
        said.contains("user,***\r\n") && !said.contains(SECRET),
        "{said}"
    );
    type_line(&mut modem, "AT+MQTTCONFIG=broker,1883,me,1,60,user,own\r");
    assert!(shown(&mut modem).contains("user,own\r\n"));
    assert!(shown(&mut given(false)).contains(SECRET));
}
