//! What is played.

use crate::cli::local_broker::{FORBIDDEN, LocalTlsBroker};
use mqmodem_core::mqtt::Version;

/// A line of the host and what the modem must answer.
pub(crate) struct ScriptLine {
    pub(super) line: String,
    pub(super) answer: Vec<String>,
}

impl ScriptLine {
    fn new(line: impl Into<String>, answer: &[&str]) -> Self {
        Self {
            line: line.into(),
            answer: answer.iter().map(|&line| line.to_owned()).collect(),
        }
    }

    /// The line as a transcript shows it: certificates take half a page.
    pub(super) fn shown(&self) -> String {
        let begin = self.line.find("-----\n");
        let end = self.line.rfind("-----END");
        match begin.zip(end) {
            Some((begin, end)) => {
                format!("{}-----......{}", &self.line[..begin], &self.line[end..])
            }
            None => self.line.clone(),
        }
    }
}

/// The session of the seed over plain TCP.
pub(crate) fn over_tcp(broker: &LocalTlsBroker, version: Version) -> Vec<ScriptLine> {
    let mut steps = vec![
        ScriptLine::new("AT+CFUN=1", &["OK"]),
        ScriptLine::new("AT+MQTTTLS=0", &["OK"]),
    ];
    steps.extend(session(broker.plain.address.port(), version));
    steps
}

/// The session of the seed over TLS, with the broker's root certificate.
pub(crate) fn over_tls(broker: &LocalTlsBroker, version: Version) -> Vec<ScriptLine> {
    let root = broker.root.trim_end();
    let tls = format!("AT+MQTTTLS=1,0,\"{root}\",{}", root.len());
    let mut steps = vec![
        ScriptLine::new("AT+CFUN=1", &["OK"]),
        ScriptLine::new(tls, &["OK"]),
        ScriptLine::new("AT+MQTTTLS?", &["+MQTTTLS:1", "OK"]),
    ];
    steps.extend(session(broker.tls.port(), version));
    steps
}

fn session(port: u16, version: Version) -> Vec<ScriptLine> {
    let mut steps = match version {
        Version::V311 => Vec::new(),
        Version::V5 => options(),
    };
    steps.extend(connect(port));
    steps.extend(match version {
        Version::V311 => vec![message(&[])],
        Version::V5 => with_properties(),
    });
    steps.extend([
        ScriptLine::new("AT+MQTTUNSUB=\"hello/mqmodem\"", &["OK"]),
        ScriptLine::new("AT+MQTTDISCONNECT", &["OK"]),
        ScriptLine::new("AT+MQTTSTATE", &["+MQTTSTATE:0", "OK"]),
    ]);
    steps
}

/// The broker adds whose message it is.
const OF_BROKER: &str = r#"+MQTTRECVPROP:"user","x-mqtt-client-id","MQTT002""#;

/// MQTT 5 is switched on by one option, and what messages carry is shown by another.
fn options() -> Vec<ScriptLine> {
    let options = ["\"version\",5", "\"recvprops\",1"];
    let lines = options.map(|option| ScriptLine::new(format!("AT+MQTTOPT={option}"), &["OK"]));
    lines.into()
}

/// A message to ourselves, and what is told of it before it comes.
fn message(told: &[&str]) -> ScriptLine {
    let message = r#"+MQTTRECV:"hello/mqmodem",0,0,8,it works"#;
    let line = r#"AT+MQTTPUB="hello/mqmodem",0,0,"it works""#;
    ScriptLine::new(line, &[&["OK"], told, &[message]].concat())
}

/// A message with a property, and one that is refused with a reason.
fn with_properties() -> Vec<ScriptLine> {
    let property = "\"user\",\"unit\",\"celsius\"";
    let refused = format!("AT+MQTTPUB=\"{FORBIDDEN}\",1,0,\"let me in\"");
    let why = r#"+MQTTERR:mqtt,135,"broker: not authorized","Not authorized to publish""#;
    vec![
        ScriptLine::new(format!("AT+MQTTPROP={property}"), &["OK"]),
        message(&[&format!("+MQTTRECVPROP:{property}"), OF_BROKER]),
        ScriptLine::new(refused, &["ERROR"]),
        ScriptLine::new("AT+MQTTERR?", &[why, "OK"]),
    ]
}

fn connect(port: u16) -> Vec<ScriptLine> {
    let settings = format!("127.0.0.1,{port},MQTT002,1,60,431671,verson");
    vec![
        ScriptLine::new(format!("AT+MQTTCONFIG={settings}"), &["OK"]),
        ScriptLine::new("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]),
        ScriptLine::new("AT+MQTTSTATE", &["+MQTTSTATE:1", "OK"]),
        ScriptLine::new("AT+MQTTSUB=\"hello/mqmodem\",1", &["OK"]),
        ScriptLine::new(
            r#"AT+MQTTPUB="$sys/431671/MQTT002/dp/post/json",1,0,"{\"id\":123}""#,
            &["OK"],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_shown_short() {
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
        let step = ScriptLine::new(format!("AT+X=1,0,\"{pem}\",57"), &[]);
        let shown = "AT+X=1,0,\"-----BEGIN CERTIFICATE-----......-----END CERTIFICATE-----\",57";
        assert_eq!(step.shown(), shown);
    }
}
