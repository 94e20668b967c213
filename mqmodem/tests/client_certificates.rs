//! Certificates and keys a modem may show, and what becomes of them.

mod pki;

use mqmodem::transport::{ClientCertificateError, Validity, check_client_certificate};
use mqmodem_core::{NetError, TlsFiles, Verify};
use pki::Leaf;
use pki::dial::{dial, trusting};
use pki::openssl::Workshop;

const GOOD: Result<(), NetError> = Ok(());
const CLIENT: Result<(), NetError> = Err(NetError::TlsClientCertificate);

const SAN: &str = "subjectAltName=DNS:localhost";

/// The broker judges a client's certificate: it is shown, whatever it is.
#[tokio::test]
async fn a_client_certificate_is_passed_on() {
    let workshop = Workshop::new();
    let p256 = "EC -pkeyopt ec_paramgen_curve:P-256";
    let broker = workshop.certificate(&workshop.key(p256), None, SAN, "");
    let root = workshop.root(p256);
    workshop.write_client_root(&root.certificate);
    let key = workshop.key(p256);
    let v1 = workshop.certificate(&key, Some(&root), "", "");
    let good = workshop.certificate(&key, Some(&root), SAN, "");
    let stranger = workshop.certificate(&key, None, SAN, "");
    for (what, client, want) in [
        ("v1", Some(&v1), GOOD),
        ("good", Some(&good), GOOD),
        ("of someone else", Some(&stranger), CLIENT),
        ("none", None, CLIENT),
    ] {
        for version in ["-tls1_2", "-tls1_3"] {
            let arguments = format!("{version} -Verify 3 -verify_return_error -CAfile clients.pem");
            let server = workshop.serve(&broker, &arguments);
            let files = TlsFiles {
                certificate: client.map(|made| made.certificate.as_bytes()),
                key: client.map(|made| made.key.as_bytes()),
                ..trusting(&broker.certificate, Verify::All)
            };
            let got = dial("localhost", server.port, files).await;
            assert_eq!(got, want, "{what}, {version}");
        }
    }
}

#[test]
fn a_client_certificate_is_checked_against_its_key() {
    use ClientCertificateError as Why;
    let workshop = Workshop::new();
    let p256 = "EC -pkeyopt ec_paramgen_curve:P-256";
    let key = workshop.key(p256);
    let v1 = workshop.certificate(&key, None, "", "").certificate;
    let good = workshop.certificate(&key, None, SAN, "").certificate;
    let (expired, of_expired) = Leaf::expired().self_signed();
    let (early, of_early) = Leaf::not_yet_valid().self_signed();
    let check = |certificate: &str, key: &str| {
        check_client_certificate(Some(certificate.as_bytes()), Some(key.as_bytes()))
    };
    assert_eq!(check(&good, &key), Ok(Validity::Valid));
    assert_eq!(check(&v1, &key), Ok(Validity::Valid));
    assert_eq!(check(&expired, &of_expired), Ok(Validity::Expired));
    assert_eq!(check(&early, &of_early), Ok(Validity::NotYetValid));
    let ending = workshop
        .certificate(&key, None, SAN, "-days 10")
        .certificate;
    let ends = check(&ending, &key);
    assert!(matches!(ends, Ok(Validity::ExpiresIn(9 | 10))), "{ends:?}");
    assert_eq!(check(&good, &of_early), Err(Why::KeyDoesNotMatch));
    assert_eq!(
        check("no certificate", &key),
        Err(Why::CertificateUnreadable)
    );
    assert_eq!(check(&good, "no key"), Err(Why::KeyUnreadable));
    let only = |certificate, key| check_client_certificate(certificate, key);
    assert_eq!(only(None, None), Ok(Validity::Valid));
    assert_eq!(only(Some(good.as_bytes()), None), Err(Why::KeyMissing));
    assert_eq!(
        only(None, Some(key.as_bytes())),
        Err(Why::CertificateMissing)
    );
    for kind in [
        "RSA -pkeyopt rsa_keygen_bits:1024",
        "EC -pkeyopt ec_paramgen_curve:P-521",
        "ED448",
    ] {
        let key = workshop.key(kind);
        let certificate = workshop.certificate(&key, None, SAN, "").certificate;
        assert_eq!(
            check(&certificate, &key),
            Err(Why::KeyUnsupported),
            "{kind}"
        );
        let told = NetError::from(Why::KeyUnsupported);
        assert_eq!(told, NetError::TlsUnsupported);
    }
    let encrypted = workshop.key(&format!("{p256} -aes128 -pass pass:x"));
    assert_eq!(check(&good, &encrypted), Err(Why::KeyUnreadable));
}
