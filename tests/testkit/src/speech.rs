//! What a host of each command set says to reach a broker and to publish: one row each.

use mqmodem_core::modem::dialect::Dialect;

/// What a host sends, and exactly what it hears then.
pub type Exchange = (&'static str, &'static str);

/// How a command set is spoken, with echo off. The broker accepts all.
#[derive(Clone, Copy, Debug)]
pub struct Speech {
    /// The dialect, as it is chosen.
    pub dialect: &'static str,
    /// Sets a broker and connects.
    pub connect: &'static [Exchange],
    /// Publishes with QoS 1 to `topic`, however often: `PAYLOAD` and `LENGTH` stand for
    /// the payload and its length.
    pub publish: &'static [Exchange],
}

const OK: &str = "\r\nOK\r\n";

/// Every speech there is.
pub const ALL: &[Speech] = &[
    Speech {
        dialect: "native",
        connect: &[
            ("AT+MQTTCONFIG=broker,1883,me,1,60\r\n", OK),
            ("AT+MQTTCONNECT\r\n", "\r\n+MQTTCONNECT:0\r\n\r\nOK\r\n"),
        ],
        publish: &[("AT+MQTTPUB=\"topic\",1,0,\"PAYLOAD\"\r\n", OK)],
    },
    Speech {
        dialect: "esp-at",
        connect: &[
            ("AT+MQTTUSERCFG=0,1,\"me\",\"\",\"\",0,0,\"\"\r\n", OK),
            (
                "AT+MQTTCONN=0,\"broker\",1883,1\r\n",
                "+MQTTCONNECTED:0,1,\"broker\",\"1883\",\"\",1\r\n\r\nOK\r\n",
            ),
        ],
        publish: &[("AT+MQTTPUB=0,\"topic\",\"PAYLOAD\",1,0\r\n", OK)],
    },
    Speech {
        dialect: "luat",
        connect: &[
            ("AT+MCONFIG=me\r\n", OK),
            (
                "AT+MIPSTART=\"broker\",\"1883\"\r\n",
                "\r\nOK\r\n\r\nCONNECT OK\r\n",
            ),
            ("AT+MCONNECT=1,60\r\n", "\r\nOK\r\n\r\nCONNACK OK\r\n"),
        ],
        publish: &[(
            "AT+MPUB=\"topic\",1,0,\"PAYLOAD\"\r\n",
            "\r\nOK\r\n\r\nPUBACK\r\n",
        )],
    },
    Speech {
        dialect: "nordic",
        connect: &[
            ("AT#XMQTTCFG=\"me\",60,1\r\n", OK),
            (
                "AT#XMQTTCON=1,\"\",\"\",\"broker\",1883\r\n",
                "\r\nOK\r\n\r\n#XMQTTEVT: 0,0\r\n",
            ),
        ],
        publish: &[(
            "AT#XMQTTPUB=\"topic\",\"PAYLOAD\",1,0\r\n",
            "\r\nOK\r\n\r\n#XMQTTEVT: 3,0\r\n",
        )],
    },
    Speech {
        dialect: "quectel",
        connect: &[
            (
                "AT+QMTOPEN=0,\"broker\",1883\r\n",
                "\r\nOK\r\n\r\n+QMTOPEN: 0,0\r\n",
            ),
            (
                "AT+QMTCONN=0,\"me\"\r\n",
                "\r\nOK\r\n\r\n+QMTCONN: 0,0,0\r\n",
            ),
        ],
        publish: &[
            ("AT+QMTPUB=0,1,1,0,\"topic\",LENGTH\r\n", "\r\n> "),
            ("PAYLOAD", "\r\nOK\r\n\r\n+QMTPUB: 0,1,0\r\n"),
        ],
    },
    Speech {
        dialect: "ublox",
        connect: &[
            ("AT+UMQTT=2,\"broker\"\r\n", OK),
            ("AT+UMQTTC=1\r\n", "\r\nOK\r\n\r\n+UUMQTTC: 1,1\r\n"),
        ],
        publish: &[(
            "AT+UMQTTC=2,1,0,0,\"topic\",\"PAYLOAD\"\r\n",
            "\r\nOK\r\n\r\n+UUMQTTC: 2,1\r\n",
        )],
    },
    Speech {
        dialect: "ublox:sara-r410m",
        connect: &[
            ("AT+UMQTT=2,\"broker\"\r\n", "\r\n+UMQTT: 2,1\r\n\r\nOK\r\n"),
            (
                "AT+UMQTTC=1\r\n",
                "\r\n+UMQTTC: 1,1\r\n\r\nOK\r\n\r\n+UUMQTTC: 1,0\r\n",
            ),
        ],
        publish: &[(
            "AT+UMQTTC=2,1,0,\"topic\",\"PAYLOAD\"\r\n",
            "\r\n+UMQTTC: 2,1\r\n\r\nOK\r\n",
        )],
    },
    Speech {
        dialect: "simcom",
        connect: &[
            ("AT+CMQTTSTART\r\n", "\r\nOK\r\n\r\n+CMQTTSTART: 0\r\n"),
            ("AT+CMQTTACCQ=0,\"me\"\r\n", OK),
            (
                "AT+CMQTTCONNECT=0,\"tcp://broker\",60,1\r\n",
                "\r\nOK\r\n\r\n+CMQTTCONNECT: 0,0\r\n",
            ),
        ],
        publish: &[
            ("AT+CMQTTTOPIC=0,5\r\n", "\r\n>"),
            ("topic", OK),
            ("AT+CMQTTpayload=0,LENGTH\r\n", "\r\n>"),
            ("PAYLOAD", OK),
            ("AT+CMQTTPUB=0,1,60\r\n", "\r\nOK\r\n\r\n+CMQTTPUB: 0,0\r\n"),
        ],
    },
    Speech {
        dialect: "simcom-sm",
        connect: &[
            ("AT+SMCONF=\"CLIENTID\",me\r\n", OK),
            ("AT+SMCONF=\"URL\",broker,1883\r\n", OK),
            ("AT+SMCONN\r\n", OK),
        ],
        publish: &[
            ("AT+SMPUB=\"topic\",LENGTH,1,0\r\n", "\r\n> "),
            ("PAYLOAD", OK),
        ],
    },
];

/// The speech of a dialect, else that of its name, whichever the model, where it has one.
pub fn of(dialect: &Dialect) -> Option<&'static Speech> {
    let named = |name: &str| ALL.iter().find(|it| it.dialect == name);
    named(&dialect.full_name().to_string()).or_else(|| named(dialect.name))
}

/// A line with a payload in it.
pub fn filled(line: &str, payload: &str) -> String {
    let length = payload.len().to_string();
    line.replace("PAYLOAD", payload).replace("LENGTH", &length)
}
