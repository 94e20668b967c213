//! Each certificate a broker may have, and what becomes of it: with
//! all of it verified, and with nothing.

mod pki;

use mqmodem_core::{NetError, TlsFiles, Verify};
use pki::dial::{dial, trusting};
use pki::openssl::{Made, Workshop};
use pki::{Authority, Leaf, Server};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, NameConstraints,
};

const GOOD: Result<(), NetError> = Ok(());
const NAME: Result<(), NetError> = Err(NetError::TlsName);
const UNTRUSTED: Result<(), NetError> = Err(NetError::TlsUntrusted);
const EXPIRED: Result<(), NetError> = Err(NetError::TlsExpired);
const UNSUPPORTED: Result<(), NetError> = Err(NetError::TlsUnsupported);
const OTHER: Result<(), NetError> = Err(NetError::TlsOther);

const SAN: &str = "subjectAltName=DNS:localhost";

/// One row of the table: what a server shows, the root its client has, what
/// comes of it.
struct Row {
    what: &'static str,
    chain: String,
    key: String,
    root: String,
    verified: Result<(), NetError>,
}

impl Row {
    fn of(
        what: &'static str,
        (chain, key): (String, String),
        root: &str,
        verified: Result<(), NetError>,
    ) -> Self {
        let root = root.to_owned();
        Self {
            what,
            chain,
            key,
            root,
            verified,
        }
    }

    async fn check(&self, host: &str) {
        for version in pki::VERSIONS {
            for (verify, want) in [(Verify::All, self.verified), (Verify::Nothing, GOOD)] {
                let server = Server::of(self.chain.clone(), self.key.clone()).only(version);
                let port = server.start().await;
                let got = dial(host, port, trusting(&self.root, verify)).await;
                assert_eq!(got, want, "{}, {verify:?}, {version:?}", self.what);
            }
        }
    }
}

fn critical(params: &mut CertificateParams) {
    let mut unknown = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1], vec![5, 0]);
    unknown.set_criticality(true);
    params.custom_extensions.push(unknown);
}

fn ca(params: &mut CertificateParams) {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
}

fn for_clients(params: &mut CertificateParams) {
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
}

#[tokio::test]
async fn a_certificate_of_a_broker_is_refused_for_the_true_reason() {
    let (root, other) = (Authority::new(), Authority::new());
    let leaf = Leaf::good;
    for (what, leaf, trusted, verified) in [
        ("good", leaf(), &root, GOOD),
        ("unknown root", leaf(), &other, UNTRUSTED),
        ("wrong name", Leaf::named(&["other.example"]), &root, NAME),
        (
            "name in subject",
            Leaf::in_subject("localhost"),
            &root,
            NAME,
        ),
        ("expired", Leaf::expired(), &root, EXPIRED),
        ("not yet valid", Leaf::not_yet_valid(), &root, EXPIRED),
        ("for clients", leaf().but(for_clients), &root, UNTRUSTED),
        ("unknown critical", leaf().but(critical), &root, UNSUPPORTED),
        ("CA as broker", leaf().but(ca), &root, UNSUPPORTED),
        ("unknown CA as broker", leaf().but(ca), &other, UNTRUSTED),
    ] {
        let row = Row::of(what, root.sign(&leaf), &trusted.pem, verified);
        row.check("localhost").await;
    }
    for (what, leaf, verified) in [
        ("address", Leaf::named(&["127.0.0.1"]), GOOD),
        ("address in subject", Leaf::in_subject("127.0.0.1"), NAME),
        ("name only", Leaf::named(&["localhost"]), NAME),
    ] {
        let row = Row::of(what, root.sign(&leaf), &root.pem, verified);
        row.check("127.0.0.1").await;
    }
}

#[tokio::test]
async fn a_wildcard_stands_for_one_label() {
    let root = Authority::new();
    for (sni, want) in [("a.example.org", GOOD), ("a.b.example.org", NAME)] {
        let server = Server::new(&root, &Leaf::named(&["*.example.org"]));
        let files = TlsFiles {
            sni: Some(sni),
            ..trusting(&root.pem, Verify::All)
        };
        let got = dial("127.0.0.1", server.start().await, files).await;
        assert_eq!(got, want, "{sni}");
    }
}

#[tokio::test]
async fn a_chain_is_refused_for_the_true_reason() {
    let root = Authority::new();
    let chain = |issuer: &Authority, more: &[&Authority]| {
        let (leaf, key) = issuer.sign(&Leaf::good());
        let above = more.iter().map(|authority| authority.pem.as_str());
        (std::iter::once(leaf.as_str()).chain(above).collect(), key)
    };
    let good = root.below(|_| {});
    let no_ca = root.below(|params| params.is_ca = IsCa::ExplicitNoCa);
    let short = root.below(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let below_short = short.below(|_| {});
    let elsewhere = root.below(|params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("example.org".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let odd = root.below(critical);
    for (what, shown, verified) in [
        ("whole", chain(&good, &[&good]), GOOD),
        ("intermediate missing", chain(&good, &[]), UNTRUSTED),
        ("issuer is no CA", chain(&no_ca, &[&no_ca]), UNTRUSTED),
        (
            "path too long",
            chain(&below_short, &[&below_short, &short]),
            UNTRUSTED,
        ),
        (
            "names it may not",
            chain(&elsewhere, &[&elsewhere]),
            UNTRUSTED,
        ),
        ("unknown critical", chain(&odd, &[&odd]), UNSUPPORTED),
    ] {
        let row = Row::of(what, shown, &root.pem, verified);
        row.check("localhost").await;
    }
}

/// As `openssl req -x509` makes it, a CA's; or one that others have signed.
#[tokio::test]
async fn a_certificate_given_as_its_own_root_is_trusted() {
    let (root, other) = (Authority::new(), Authority::new());
    let own = |leaf: Leaf, what, verified| {
        let made = leaf.self_signed();
        let root = made.0.clone();
        Row::of(what, made, &root, verified)
    };
    own(Leaf::good(), "own root", GOOD).check("localhost").await;
    own(Leaf::good().but(ca), "CA, own root", GOOD)
        .check("localhost")
        .await;
    own(Leaf::named(&["x.example"]).but(ca), "another name", NAME)
        .check("localhost")
        .await;
    own(Leaf::expired().but(ca), "expired", EXPIRED)
        .check("localhost")
        .await;
    let signed = root.sign(&Leaf::good());
    let given = signed.0.clone();
    Row::of("signed by others", signed, &given, GOOD)
        .check("localhost")
        .await;
    let made = Leaf::good().but(ca).self_signed();
    Row::of("CA, another root", made, &other.pem, UNTRUSTED)
        .check("localhost")
        .await;
    // The name alone is not enough.
    let (fake, real) = (
        Leaf::good().but(ca).self_signed(),
        Leaf::good().but(ca).self_signed(),
    );
    Row::of("another key", fake, &real.0, UNTRUSTED)
        .check("localhost")
        .await;
}

async fn check_openssl(
    workshop: &Workshop,
    what: &str,
    made: &Made,
    root: &str,
    (verified, unverified): (Result<(), NetError>, Result<(), NetError>),
) {
    for version in ["-tls1_2", "-tls1_3"] {
        for (verify, want) in [(Verify::All, verified), (Verify::Nothing, unverified)] {
            let server = workshop.serve(made, version);
            let got = dial("localhost", server.port, trusting(root, verify)).await;
            assert_eq!(got, want, "{what}, {verify:?}, {version}");
        }
    }
}

/// By RSA of 1,024 bits, over curves the library lacks, of version 1.
#[tokio::test]
async fn what_tls_here_cannot_do_is_told_as_not_supported() {
    let workshop = Workshop::new();
    let ec = "EC -pkeyopt ec_paramgen_curve:";
    let rsa = "RSA -pkeyopt rsa_keygen_bits:";
    for (kind, end) in [
        (format!("{ec}P-256"), GOOD),
        (format!("{ec}P-384"), GOOD),
        ("ED25519".to_owned(), GOOD),
        (format!("{rsa}2048"), GOOD),
        (format!("{rsa}4096"), GOOD),
        (format!("{ec}P-521"), UNSUPPORTED),
        ("ED448".to_owned(), UNSUPPORTED),
        (format!("{rsa}1024"), UNSUPPORTED),
        (
            "RSA-PSS -pkeyopt rsa_keygen_bits:2048".to_owned(),
            UNSUPPORTED,
        ),
    ] {
        let made = workshop.certificate(&workshop.key(&kind), None, SAN, "");
        let root = &made.certificate;
        check_openssl(&workshop, &kind, &made, root, (end, end)).await;
    }
}

/// TLS 1.3 has no names for these.
#[tokio::test]
async fn a_curve_that_only_tls_1_2_can_name_is_told_as_not_supported() {
    let workshop = Workshop::new();
    for curve in ["secp256k1", "brainpoolP256r1"] {
        let key = workshop.key(&format!("EC -pkeyopt ec_paramgen_curve:{curve}"));
        let made = workshop.certificate(&key, None, SAN, "");
        for verify in [Verify::All, Verify::Nothing] {
            let server = workshop.serve(&made, "-tls1_2");
            let files = trusting(&made.certificate, verify);
            let got = dial("localhost", server.port, files).await;
            assert_eq!(got, UNSUPPORTED, "{curve}, {verify:?}");
        }
    }
}

#[tokio::test]
async fn a_certificate_signed_by_what_is_not_supported_is_taken_where_nothing_is_verified() {
    let workshop = Workshop::new();
    let p256 = "EC -pkeyopt ec_paramgen_curve:P-256";
    let key = workshop.key(p256);
    for kind in [
        "RSA -pkeyopt rsa_keygen_bits:1024",
        "EC -pkeyopt ec_paramgen_curve:P-521",
    ] {
        let root = workshop.root(kind);
        let leaf = workshop.certificate(&key, Some(&root), SAN, "");
        check_openssl(
            &workshop,
            kind,
            &leaf,
            &root.certificate,
            (UNSUPPORTED, GOOD),
        )
        .await;
    }
    let root = workshop.root("RSA -pkeyopt rsa_keygen_bits:2048");
    let sha1 = workshop.certificate(&key, Some(&root), SAN, "-sha1");
    check_openssl(
        &workshop,
        "sha1",
        &sha1,
        &root.certificate,
        (UNSUPPORTED, GOOD),
    )
    .await;
    let v1 = workshop.certificate(&key, Some(&root), "", "");
    check_openssl(&workshop, "v1", &v1, &root.certificate, (UNSUPPORTED, GOOD)).await;
    let own = workshop.certificate(&key, None, "", "");
    check_openssl(
        &workshop,
        "v1, own root",
        &own,
        &own.certificate,
        (UNSUPPORTED, GOOD),
    )
    .await;
    // As a root it need not be verified.
    let leaf = workshop.certificate(&workshop.key(p256), Some(&own), SAN, "");
    check_openssl(&workshop, "v1 root", &leaf, &own.certificate, (GOOD, GOOD)).await;
}

#[tokio::test]
async fn what_is_no_certificate_s_fault_stays_a_failure_of_tls() {
    let workshop = Workshop::new();
    let key = workshop.key("RSA -pkeyopt rsa_keygen_bits:2048");
    let made = workshop.certificate(&key, None, SAN, "");
    for arguments in ["-tls1_1", "-tls1_2 -cipher AES128-SHA256"] {
        for verify in [Verify::All, Verify::Nothing] {
            let server = workshop.serve(&made, arguments);
            let files = trusting(&made.certificate, verify);
            let got = dial("localhost", server.port, files).await;
            assert_eq!(got, OTHER, "{arguments}");
        }
    }
}

#[tokio::test]
async fn where_dates_are_not_checked_the_rest_is() {
    let (authority, other) = (Authority::new(), Authority::new());
    for leaf in [Leaf::expired(), Leaf::not_yet_valid()] {
        for (root, sni, want) in [
            (&authority, "localhost", GOOD),
            (&authority, "example.org", NAME),
            (&other, "localhost", UNTRUSTED),
        ] {
            let port = Server::new(&authority, &leaf).start().await;
            let files = TlsFiles {
                any_date: true,
                sni: Some(sni),
                ..trusting(&root.pem, Verify::All)
            };
            assert_eq!(dial("localhost", port, files).await, want, "{sni}");
        }
    }
}
