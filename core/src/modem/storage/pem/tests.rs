use super::*;
use std::string::String;

/// A SEQUENCE of one INTEGER 7.
const GOOD: &str = "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n";

fn form(text: &str, content: Content) -> Result<String, PemError> {
    let mut memory = [0; 256];
    let mut out = Buf::lent(&mut memory);
    normalize(text.as_bytes(), content, &mut out)?;
    Ok(String::from_utf8(out.as_slice().to_vec()).unwrap())
}

#[test]
fn every_form_of_line_break_is_accepted() {
    for text in [
        String::from(GOOD),
        GOOD.replace('\n', "\r\n"),
        GOOD.replace('\n', "\\n"),
        GOOD.replace('\n', "\\r\\n"),
        GOOD.replace('\n', ""),
        GOOD.replace("MAMC", "MA\nMC"),
        GOOD.replace('\n', "\t\n"),
        std::format!("\n{GOOD}\n\n"),
    ] {
        assert_eq!(
            form(&text, Content::Certificates).as_deref(),
            Ok(GOOD),
            "{text:?}"
        );
    }
    let chain = GOOD.repeat(2);
    assert_eq!(form(&chain, Content::Certificates), Ok(chain.clone()));
    let key = GOOD.replace("CERTIFICATE", "EC PRIVATE KEY");
    assert_eq!(form(&key, Content::Key), Ok(key.clone()));
}

#[test]
fn text_and_other_blocks_around_are_left_out() {
    let key = GOOD.replace("CERTIFICATE", "EC PRIVATE KEY");
    let parameters = GOOD.replace("CERTIFICATE", "EC PARAMETERS");
    let bag = "Bag Attributes\n    localKeyID: 01 02\nsubject=CN = x\n";
    for around in ["\u{feff}", "text", "junk -----END X", &parameters, bag] {
        for text in [
            std::format!("{around}{GOOD}"),
            std::format!("{GOOD}{around}"),
            std::format!("{around}\n{key}{GOOD}{around}\n{key}"),
        ] {
            let got = form(&text, Content::Certificates);
            assert_eq!(got.as_deref(), Ok(GOOD), "{text:?}");
        }
        let text = std::format!("{around}{GOOD}{around}{key}{around}");
        assert_eq!(form(&text, Content::Key), Ok(key.clone()), "{text:?}");
    }
    let old = GOOD.replace("CERTIFICATE", "X509 CERTIFICATE");
    assert_eq!(form(&old, Content::Certificates).as_deref(), Ok(GOOD));
    for other in ["ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "PUBLIC KEY"] {
        let text = GOOD.replace("CERTIFICATE", other);
        assert_eq!(form(&text, Content::Key), Err(PemError::Invalid));
    }
}

#[test]
fn text_that_is_no_certificate_is_refused() {
    for text in [
        "",
        "-----BEGIN CERTIFICATE-----......",
        "MAMCAQc=",
        &GOOD.replace("MAMCAQc=", "MAMCAQcA"),
        &GOOD.replace("MAMCAQc=", "MAMCAQ=="),
        &GOOD.replace("MAMCAQc=", "MAM=AQcA"),
        &GOOD.replace("MAMCAQc=", "MAMCAQc"),
        &GOOD.replace("MAMCAQc=", "AgEH"),
        &GOOD.replace("MAMCAQc=", "MAMC!Qc="),
        &GOOD.replace("-----END CERTIFICATE-----", "-----END X-----"),
        &GOOD.replace("CERTIFICATE", "PRIVATE KEY"),
        &std::format!("{GOOD}-----BEGIN X-----\n"),
        &std::format!("-----BEGIN X-----\n{GOOD}"),
    ] {
        assert_eq!(
            form(text, Content::Certificates),
            Err(PemError::Invalid),
            "{text:?}"
        );
    }
    let keys = GOOD.replace("CERTIFICATE", "PRIVATE KEY").repeat(2);
    assert_eq!(form(&keys, Content::Key), Err(PemError::Invalid));
}

#[test]
fn a_size_may_count_line_breaks_in_any_form() {
    for (text, accepted) in [
        (&b"a\r\nb\r\n"[..], &[3, 4, 6, 9][..]),
        (b"a\\nb\\n", &[3, 4, 6, 9]),
        (b"a\\r\\nb", &[3, 6, 9]),
        (b"a\nb\n", &[3, 4, 9]),
        (b"", &[0, 9]),
    ] {
        let sizes = (0..12).filter(|&size| is_size(text, 9, size));
        assert!(sizes.eq(accepted.iter().copied()), "{text:?}");
    }
}

/// Outer members of a certificate, of keys of PKCS #8, PKCS #1 and SEC 1, with their labels.
const CERTIFICATE: &[u8] = b"\x30\x08\x30\x01\x00\x30\x00\x03\x01\x00";
const PKCS_8: &[u8] = b"\x30\x07\x02\x01\x00\x30\x00\x04\x00";
const PKCS_1: &[u8] =
    b"\x30\x13\x02\x01\x00\x02\x00\x02\x00\x02\x00\x02\x00\x02\x00\x02\x00\x02\x00\x02\x00";
const SEC_1: &[u8] = b"\x30\x05\x02\x01\x01\x04\x00";

fn converted(given: &[u8], content: Content) -> Result<String, PemError> {
    let mut memory = [0; 256];
    let mut out = Buf::lent(&mut memory);
    convert(given, content, &mut out)?;
    Ok(String::from_utf8(out.as_slice().to_vec()).unwrap())
}

#[test]
fn der_becomes_pem_with_the_label_of_what_it_holds() {
    for (der, content, label) in [
        (CERTIFICATE, Content::Certificates, "CERTIFICATE"),
        (PKCS_8, Content::Key, "PRIVATE KEY"),
        (PKCS_1, Content::Key, "RSA PRIVATE KEY"),
        (SEC_1, Content::Key, "EC PRIVATE KEY"),
    ] {
        let pem = converted(der, content).unwrap();
        assert!(
            pem.starts_with(&std::format!("-----BEGIN {label}-----\nM")),
            "{pem}"
        );
        assert_eq!(converted(pem.as_bytes(), content), Ok(pem.clone()));
        let body: std::vec::Vec<u8> = blocks(pem.as_bytes())
            .flat_map(|(_, body)| base64::decode(body))
            .collect();
        assert_eq!(body, der);
        let other = match content {
            Content::Certificates => Content::Key,
            Content::Key => Content::Certificates,
        };
        assert_eq!(converted(der, other), Err(PemError::Invalid));
        let wrong = pem.replace(
            label,
            if label == "PRIVATE KEY" {
                "EC PRIVATE KEY"
            } else {
                "PRIVATE KEY"
            },
        );
        assert_eq!(
            converted(wrong.as_bytes(), Content::Key),
            Err(PemError::Invalid)
        );
    }
    let chain = [CERTIFICATE, CERTIFICATE].concat();
    let pem = converted(&chain, Content::Certificates).unwrap();
    assert_eq!(blocks(pem.as_bytes()).count(), 2);
    let keys = [PKCS_8, SEC_1].concat();
    assert_eq!(converted(&keys, Content::Key), Err(PemError::Invalid));
}

#[test]
fn der_that_is_cut_or_longer_is_refused() {
    for whole in [CERTIFICATE, PKCS_8, PKCS_1, SEC_1] {
        let content = if whole == CERTIFICATE {
            Content::Certificates
        } else {
            Content::Key
        };
        for len in 0..whole.len() {
            assert_eq!(converted(&whole[..len], content), Err(PemError::Invalid));
        }
        let longer = [whole, b"\0"].concat();
        assert_eq!(converted(&longer, content), Err(PemError::Invalid));
    }
    // Lengths without end, and longer than anything.
    for bad in [
        &b"\x30\x80\x00\x00"[..],
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x85\0\0\0\0\0",
    ] {
        assert_eq!(converted(bad, Content::Key), Err(PemError::Invalid));
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_are_too_much_for_it(mut given in proptest::collection::vec(proptest::num::u8::ANY, 0..64), der: bool) {
        if der && let Some(first) = given.first_mut() {
            *first = der::SEQUENCE;
        }
        for content in [Content::Certificates, Content::Key] {
            let _ = converted(&given, content);
        }
    }

    #[test]
    fn what_is_encoded_is_decoded(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..120)) {
        let mut memory = [0; 256];
        let mut out = Buf::lent(&mut memory);
        base64::encode(&bytes, &mut out).unwrap();
        proptest::prop_assert_eq!(base64::decode(out.as_slice()).collect::<std::vec::Vec<_>>(), bytes);
    }
}
