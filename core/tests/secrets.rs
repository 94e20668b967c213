//! Law 6: passwords and keys reach no log. Whatever a caller may print with `{:?}`
//! is asked here, as text and as the numbers bytes are printed as.

use mqmodem_core::{Config, Instant, Memory, Modem};

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
    while let Some(action) = modem.poll_action() {
        assert!(!tells(&format!("{action:?}")), "an action tells the secret");
        if let Some(slot) = action.owes() {
            modem.handle_stored(NOW, slot, true);
        }
    }
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
