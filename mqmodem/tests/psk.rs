//! TLS with a pre-shared key, against a real Mosquitto; without the feature `psk` it is refused.

mod pki;
mod rig;
mod support;

use rig::{Broker, Modem, PSK};
use std::process::Command;
use support::Scratch;

fn psk_modem() -> Modem {
    let mut modem = Modem::start();
    modem.use_psk();
    modem
}

#[cfg(not(feature = "psk"))]
#[test]
fn without_the_feature_a_pre_shared_key_is_28() {
    psk_modem().refused("localhost", Broker::psk("").port, 28);
}

#[cfg(feature = "psk")]
mod with_the_feature {
    use super::*;
    use openssl::ssl::{Ssl, SslContext, SslMethod};
    use pki::{Authority, Leaf};
    use rig::TlsFiles;
    use std::pin::Pin;
    use tokio::io::copy_bidirectional;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_openssl::SslStream;

    #[test]
    fn it_opens_a_broker_that_has_it() {
        let mut modem = psk_modem();
        for (version, option) in [
            ("tls_version tlsv1.2", 2),
            ("tls_version tlsv1.3", 3),
            ("", 0),
        ] {
            let broker = Broker::psk(version);
            modem.ok(&format!("AT+MQTTOPT=\"tlsversion\",{option}"));
            modem.connect("127.0.0.1", broker.port, "me");
            modem.ok("AT+MQTTSUB=\"talk\",1");
            modem.ok("AT+MQTTPUB=\"talk\",0,0,\"hi\"");
            modem.expect("+MQTTRECV:\"talk\",0,0,2,hi");
            modem.ok("AT+MQTTDISCONNECT");
        }
    }

    #[test]
    fn a_broker_without_the_key_is_not_connected() {
        let authority = Authority::new();
        let mut modem = psk_modem();
        let knows = Broker::psk("tls_version tlsv1.2");
        for wrong in [
            "pump-7:ff112233445566778899aabbccddeeff",
            "pump-8:00112233445566778899aabbccddeeff",
        ] {
            modem.store("line3", 3, wrong.as_bytes());
            modem.refused("localhost", knows.port, 29);
        }
        // Its certificate does not count, whatever verifies it.
        modem.load(0, &authority.pem);
        modem.ok("AT+MQTTOPT=\"verify\",0");
        let (chain, key) = authority.sign(&Leaf::good());
        let certified = Broker::tls(&TlsFiles {
            chain: &chain,
            key: &key,
            clients: None,
            version: None,
        });
        for (version, code) in [(2, 29), (3, 28)] {
            modem.ok(&format!("AT+MQTTOPT=\"tlsversion\",{version}"));
            modem.refused("localhost", certified.port, code);
        }
    }

    /// TLS with the key in front of a broker that has none; the port.
    async fn front(broker: u16) -> u16 {
        let (_, key) = PSK.split_once(':').unwrap();
        let key: u128 = u128::from_str_radix(key, 16).unwrap();
        let mut context = SslContext::builder(SslMethod::tls_server()).unwrap();
        context.set_psk_server_callback(move |_, identity, place| {
            assert_eq!(identity, Some(&b"pump-7"[..]));
            place[..16].copy_from_slice(&key.to_be_bytes());
            Ok(16)
        });
        let context = context.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let ssl = Ssl::new(&context).unwrap();
                let mut client = SslStream::new(ssl, client).unwrap();
                Pin::new(&mut client).accept().await.unwrap();
                let mut broker = TcpStream::connect(("127.0.0.1", broker)).await.unwrap();
                // An end that hangs up is the end of a test.
                let _ = copy_bidirectional(&mut client, &mut broker).await;
            }
        });
        port
    }

    /// Mosquitto has no such listener itself.
    #[test]
    fn it_opens_a_secure_websocket() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let broker = Broker::with(&["allow_anonymous true", "protocol websockets"]);
        let port = runtime.block_on(front(broker.port));
        let mut modem = Modem::start();
        modem.store("line3", 3, PSK.as_bytes());
        modem.ok("AT+MQTTOPT=\"psk\",\"line3\"");
        modem.ok(&format!(
            "AT+MQTTCONFIG=wss://localhost/mqtt,{port},me,1,60"
        ));
        for (tls, version) in [(2, 4), (2, 5), (3, 4), (3, 5)] {
            modem.ok(&format!("AT+MQTTOPT=\"tlsversion\",{tls}"));
            modem.ok(&format!("AT+MQTTOPT=\"version\",{version}"));
            modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
            modem.ok("AT+MQTTSUB=\"talk\",1");
            modem.ok("AT+MQTTPUB=\"talk\",0,0,\"hi\"");
            modem.expect("+MQTTRECV:\"talk\",0,0,2,hi");
            modem.ok("AT+MQTTDISCONNECT");
        }
    }
}

/// Each modem has its own, by a pattern; it is in the store, and not readable.
#[test]
fn a_configuration_gives_each_modem_its_pre_shared_key() {
    let place = Scratch::new();
    let broker = Broker::psk("");
    std::fs::write(place.join("pump.psk"), format!("{PSK}\n")).unwrap();
    let text = format!(
        "[[modem]]\nname = \"pump\"\nport = {{ tcp = \"0\" }}\n\
         [broker]\nurl = \"mqtts://localhost:{}\"\ntls = {{ psk = \"{{name}}.psk\" }}\n",
        broker.port
    );
    let file = place.join("mqmodem.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(["serve", "--config"]).arg(&file);
    let mut modem = Modem::of(command);
    let shown = "+MQTTCERT:\"config\",3,39,0,\"\",\"\",\"\",\"pump-7\",\"\"";
    modem.ask("AT+MQTTCERT?", &[shown, "OK"]);
    modem.raw(b"AT+MQTTCONNECT\r");
    let code = if cfg!(feature = "psk") { 0 } else { 28 };
    modem.expect(&format!("+MQTTCONNECT:{code}"));
}

#[test]
fn a_file_that_holds_no_pre_shared_key_is_told_of() {
    let place = Scratch::new();
    std::fs::write(place.join("psk"), "pump-7:secret").unwrap();
    let both = "tls = { psk = \"psk\", certificate = \"a\", key = \"b\" }";
    for (tls, want) in [
        ("tls = { psk = \"psk\" }", "holds no pre-shared key"),
        (both, "tls.psk takes the place of tls.certificate"),
    ] {
        let text = format!(
            "[[modem]]\nname = \"pump\"\nport = {{ tcp = \"0\" }}\n\
             [broker]\nurl = \"mqtts://localhost\"\n{tls}\n"
        );
        std::fs::write(place.join("mqmodem.toml"), text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
        let done = command
            .current_dir(place.path())
            .arg("serve")
            .output()
            .unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success() && said.contains(want), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}
