//! Every way a link can fail has its name.

mod pki;

use mqmodem::transport::{NetLink, TlsConfigs};
use mqmodem_core::modem::options::{OPTIONS, SNI};
use mqmodem_core::{Endpoint, Instant, NetError, TlsFiles, TlsVersion, Verify};
use pki::{Authority, Leaf, Server};
use std::future::poll_fn;
use std::time::Duration;

/// Longer than any test takes where nothing hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens a link, and where it opens, says something and reads what comes back.
async fn dial(host: &str, port: u16, tls: Option<TlsFiles<'_>>) -> Result<Vec<u8>, NetError> {
    let deadline = Instant::ZERO;
    let to = Endpoint {
        host,
        port,
        tls,
        websocket: None,
        deadline,
    };
    let mut link = NetLink::default();
    link.open(&"pump", &to, &TlsConfigs::default(), None);
    let talk = async {
        poll_fn(|cx| link.poll_opened(cx)).await?;
        let mut buf = [0; 100];
        let hello = b"hello";
        let mut sent = 0;
        while sent < hello.len() {
            sent += poll_fn(|cx| link.poll_write(cx, &hello[sent..])).await?;
        }
        let read = poll_fn(|cx| link.poll_read(cx, &mut buf)).await?;
        link.close();
        poll_fn(|cx| link.poll_closed(cx)).await;
        Ok(buf[..read].to_vec())
    };
    let talked = tokio::time::timeout(PATIENCE, talk).await;
    talked.expect("the link opens or fails in time")
}

fn trusting(authority: &Authority) -> TlsFiles<'_> {
    TlsFiles {
        root: Some(authority.pem.as_bytes()),
        ..TlsFiles::default()
    }
}

async fn dial_tls(host: &str, server: Server, files: TlsFiles<'_>) -> Result<Vec<u8>, NetError> {
    dial(host, server.start().await, Some(files)).await
}

#[tokio::test]
async fn a_good_server_is_reached_by_name_and_address() {
    let authority = Authority::new();
    for version in pki::VERSIONS {
        for host in ["localhost", "127.0.0.1"] {
            let server = Server::new(&authority, &Leaf::good()).only(version);
            let said = dial_tls(host, server, trusting(&authority)).await;
            assert_eq!(said.as_deref(), Ok(&b"hello"[..]));
        }
    }
}

#[tokio::test]
async fn a_version_that_is_not_the_chosen_one_is_not_spoken() {
    let authority = Authority::new();
    let other = [TlsVersion::V13, TlsVersion::V12];
    for (spoken, chosen) in pki::VERSIONS.into_iter().zip(other) {
        for version in [chosen, TlsVersion::Any] {
            let server = Server::new(&authority, &Leaf::good()).only(spoken);
            let files = TlsFiles {
                version,
                ..trusting(&authority)
            };
            let said = dial_tls("localhost", server, files).await;
            assert_eq!(said.is_ok(), version == TlsVersion::Any, "{version:?}");
        }
    }
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    for version in pki::VERSIONS {
        let server = Server::new(&theirs, &Leaf::good()).only(version);
        let refused = dial_tls("localhost", server, trusting(&ours)).await;
        assert_eq!(refused, Err(NetError::TlsUntrusted));
    }
}

#[tokio::test]
async fn the_platform_does_not_trust_our_authority() {
    let server = Server::new(&Authority::new(), &Leaf::good());
    let refused = dial_tls("localhost", server, TlsFiles::default()).await;
    assert_eq!(refused, Err(NetError::TlsUntrusted));
}

#[tokio::test]
async fn a_server_that_signed_itself_is_not_trusted() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = Server::self_signed(&other);
    let refused = dial_tls("localhost", server, trusting(&authority)).await;
    assert_eq!(refused, Err(NetError::TlsUntrusted));
}

#[tokio::test]
async fn the_name_must_match() {
    let authority = Authority::new();
    let elsewhere = || Server::new(&authority, &Leaf::named(&["example.org", "10.1.2.3"]));
    for host in ["localhost", "127.0.0.1"] {
        let refused = dial_tls(host, elsewhere(), trusting(&authority)).await;
        assert_eq!(refused, Err(NetError::TlsName), "{host}");
    }
    let by_name_only = Server::new(&authority, &Leaf::named(&["localhost"]));
    let refused = dial_tls("127.0.0.1", by_name_only, trusting(&authority)).await;
    assert_eq!(refused, Err(NetError::TlsName));
}

#[tokio::test]
async fn the_time_must_fit() {
    let authority = Authority::new();
    for leaf in [Leaf::expired(), Leaf::not_yet_valid()] {
        let server = Server::new(&authority, &leaf);
        let refused = dial_tls("localhost", server, trusting(&authority)).await;
        assert_eq!(refused, Err(NetError::TlsExpired));
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_asked_for() {
    let authority = Authority::new();
    let (certificate, key) = authority.client();
    for version in pki::VERSIONS {
        let server = Server::new(&authority, &Leaf::good())
            .asking(&authority)
            .only(version);
        let files = TlsFiles {
            certificate: Some(certificate.as_bytes()),
            key: Some(key.as_bytes()),
            ..trusting(&authority)
        };
        let said = dial_tls("localhost", server, files).await;
        assert_eq!(said.as_deref(), Ok(&b"hello"[..]));
    }
}

#[tokio::test]
async fn a_missing_client_certificate_has_its_name() {
    let authority = Authority::new();
    for version in pki::VERSIONS {
        let server = Server::new(&authority, &Leaf::good())
            .asking(&authority)
            .only(version);
        let refused = dial_tls("localhost", server, trusting(&authority)).await;
        assert_eq!(refused, Err(NetError::TlsClientCertificate), "{version:?}");
    }
}

#[tokio::test]
async fn a_client_certificate_of_someone_else_has_its_name() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (certificate, key) = other.client();
    for version in pki::VERSIONS {
        let server = Server::new(&authority, &Leaf::good())
            .asking(&authority)
            .only(version);
        let files = TlsFiles {
            certificate: Some(certificate.as_bytes()),
            key: Some(key.as_bytes()),
            ..trusting(&authority)
        };
        let refused = dial_tls("localhost", server, files).await;
        assert_eq!(refused, Err(NetError::TlsClientCertificate), "{version:?}");
    }
}

#[tokio::test]
async fn a_client_certificate_that_cannot_work_is_told_without_a_network() {
    let authority = Authority::new();
    let (certificate, key) = authority.client();
    let (_, other_key) = authority.client();
    let cases = [
        (Some(certificate.as_str()), Some(other_key.as_str())),
        (Some(certificate.as_str()), None),
        (None, Some(key.as_str())),
        (Some("no certificate"), Some(key.as_str())),
        (Some(certificate.as_str()), Some("no key")),
        (Some(key.as_str()), Some(certificate.as_str())),
    ];
    for (certificate, key) in cases {
        let files = TlsFiles {
            certificate: certificate.map(str::as_bytes),
            key: key.map(str::as_bytes),
            ..trusting(&authority)
        };
        // Nothing listens there.
        let refused = dial("localhost", 1, Some(files)).await;
        assert_eq!(refused, Err(NetError::TlsClientCertificate));
    }
}

#[tokio::test]
async fn a_root_that_cannot_be_read_trusts_no_one() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for root in ["", "rubbish", broken] {
        let files = TlsFiles {
            root: Some(root.as_bytes()),
            ..TlsFiles::default()
        };
        let refused = dial("localhost", 1, Some(files)).await;
        assert_eq!(refused, Err(NetError::TlsUntrusted));
    }
}

#[tokio::test]
async fn an_answer_that_is_not_tls_is_reported_as_such() {
    let authority = Authority::new();
    for answer in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"\x20\x02\0\0",
        b"",
    ] {
        let port = pki::start_raw(answer).await;
        let refused = dial("localhost", port, Some(trusting(&authority))).await;
        assert_eq!(refused, Err(NetError::TlsOther), "{answer:?}");
    }
}

#[tokio::test]
async fn tcp_failures_have_their_names() {
    assert_eq!(dial("127.0.0.1", 1, None).await, Err(NetError::Refused));
    assert_eq!(dial("localhost", 1, None).await, Err(NetError::Refused));
    assert_eq!(
        dial("no-such-name.invalid", 1, None).await,
        Err(NetError::NameNotFound)
    );
    for junk in ["", "a b", "..", "\u{1}", "[::1"] {
        assert_eq!(
            dial(junk, 1, None).await,
            Err(NetError::NameNotFound),
            "{junk:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_closes_is_told_as_closed() {
    let port = pki::start_raw(b"").await;
    let said = dial("127.0.0.1", port, None).await;
    assert!(
        matches!(said.as_deref(), Ok(b"") | Err(NetError::Broken)),
        "{said:?}"
    );
}

fn verifying(verify: Verify, files: TlsFiles<'_>) -> TlsFiles<'_> {
    TlsFiles { verify, ..files }
}

/// Whatever the certificate says, and without a root to read.
#[tokio::test]
async fn nothing_is_verified_where_the_option_says_so() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let rubbish = TlsFiles {
        root: Some(b"rubbish"),
        ..TlsFiles::default()
    };
    for version in pki::VERSIONS {
        for leaf in [Leaf::good(), Leaf::expired(), Leaf::named(&["elsewhere"])] {
            for files in [TlsFiles::default(), trusting(&ours), rubbish] {
                let server = Server::new(&theirs, &leaf).only(version);
                let said = dial_tls("localhost", server, verifying(Verify::Nothing, files)).await;
                assert_eq!(said.as_deref(), Ok(&b"hello"[..]));
            }
        }
    }
    let server = Server::self_signed(&theirs);
    let files = verifying(Verify::Nothing, TlsFiles::default());
    let said = dial_tls("127.0.0.1", server, files).await;
    assert_eq!(said.as_deref(), Ok(&b"hello"[..]));
}

#[tokio::test]
async fn all_but_the_name_is_verified_where_the_option_says_so() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let files = verifying(Verify::Chain, trusting(&ours));
    for version in pki::VERSIONS {
        for host in ["localhost", "127.0.0.1"] {
            let server = Server::new(&ours, &Leaf::named(&["elsewhere"])).only(version);
            let said = dial_tls(host, server, files).await;
            assert_eq!(said.as_deref(), Ok(&b"hello"[..]));
        }
        let server = Server::new(&ours, &Leaf::expired()).only(version);
        let refused = dial_tls("localhost", server, files).await;
        assert_eq!(refused, Err(NetError::TlsExpired));
        let server = Server::new(&theirs, &Leaf::good()).only(version);
        let refused = dial_tls("localhost", server, files).await;
        assert_eq!(refused, Err(NetError::TlsUntrusted));
    }
}

#[tokio::test]
async fn settings_that_verify_less_are_not_taken_for_others() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let configs = TlsConfigs::default();
    for (verify, end) in [
        (Verify::Nothing, Ok(())),
        (Verify::All, Err(NetError::TlsUntrusted)),
        (Verify::Chain, Err(NetError::TlsUntrusted)),
        (Verify::Nothing, Ok(())),
    ] {
        let to = Endpoint {
            host: "localhost",
            port: Server::new(&theirs, &Leaf::good()).start().await,
            tls: Some(verifying(verify, trusting(&ours))),
            websocket: None,
            deadline: Instant::ZERO,
        };
        let mut link = NetLink::default();
        link.open(&"pump", &to, &configs, None);
        assert_eq!(poll_fn(|cx| link.poll_opened(cx)).await, end, "{verify:?}");
    }
}

#[tokio::test]
async fn another_name_is_asked_for_and_checked() {
    let authority = Authority::new();
    let named = || Server::new(&authority, &Leaf::named(&["broker.example"])).telling(&[]);
    let asking = |sni| TlsFiles {
        sni: Some(sni),
        ..trusting(&authority)
    };
    for host in ["localhost", "127.0.0.1"] {
        let told = dial_tls(host, named(), asking("broker.example")).await;
        assert_eq!(told.as_deref(), Ok(&b"broker.example -"[..]));
        let refused = dial_tls(host, named(), asking("other.example")).await;
        assert_eq!(refused, Err(NetError::TlsName));
    }
    // Without it the broker's own name counts, and an address is no name.
    for (host, said) in [("localhost", "localhost -"), ("127.0.0.1", "- -")] {
        let server = Server::new(&authority, &Leaf::good()).telling(&[]);
        let told = dial_tls(host, server, trusting(&authority)).await;
        assert_eq!(told.as_deref(), Ok(said.as_bytes()));
    }
}

#[tokio::test]
async fn protocols_are_offered_and_agreed_on() {
    let authority = Authority::new();
    let server = |protocols| Server::new(&authority, &Leaf::good()).telling(protocols);
    let offering = |alpn| TlsFiles {
        alpn: Some(alpn),
        ..trusting(&authority)
    };
    for version in pki::VERSIONS {
        let both = server(&["x-amzn-mqtt-ca", "h2"]).only(version);
        let told = dial_tls("localhost", both, offering("mqtt,x-amzn-mqtt-ca")).await;
        assert_eq!(told.as_deref(), Ok(&b"localhost x-amzn-mqtt-ca"[..]));
        let refused = dial_tls("localhost", server(&["h2"]).only(version), offering("mqtt")).await;
        assert_eq!(refused, Err(NetError::TlsOther));
        let without = server(&["h2"]).only(version);
        let told = dial_tls("localhost", without, trusting(&authority)).await;
        assert_eq!(told.as_deref(), Ok(&b"localhost -"[..]));
    }
}

/// What the core takes for a name, TLS does too.
#[tokio::test]
async fn every_name_the_option_takes_is_one() {
    let option = &OPTIONS[SNI];
    let long = "a".repeat(63);
    let longest = format!("{long}.{long}.{long}.{}", &long[..61]);
    for name in ["a", "a_b.c-d", "1.2.3.x4", "0x.y", "_", &long, &longest] {
        assert!(option.parse(name).is_ok(), "{name}");
        let files = TlsFiles {
            sni: Some(name),
            ..verifying(Verify::Nothing, TlsFiles::default())
        };
        // Nothing listens there: the name was taken.
        let refused = dial("127.0.0.1", 1, Some(files)).await;
        assert_eq!(refused, Err(NetError::Refused), "{name}");
    }
}
