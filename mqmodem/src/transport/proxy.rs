//! The way through an HTTP proxy, by CONNECT (RFC 9110 §9.3.6).

use super::error::after_open;
use data_encoding::BASE64;
use mqmodem_core::NetError;
use std::fmt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The most bytes of an answer.
const MAX_ANSWER: usize = 8 * 1024;
/// The most headers of one.
const MAX_HEADERS: usize = 64;

/// An HTTP proxy that connections to brokers go through.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    host: String,
    port: u16,
    /// User and password as `Basic` wants them.
    credentials: Option<String>,
}

/// Without user and password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("credentials", &self.credentials.as_ref().map(|_| "***"))
            .finish()
    }
}

impl Proxy {
    /// The proxy at `host` and `port`, which may want a user and a password.
    pub fn new(host: &str, port: u16, user: Option<(&str, &str)>) -> Self {
        let encode = |(user, password)| BASE64.encode(format!("{user}:{password}").as_bytes());
        Self {
            host: host.to_owned(),
            port,
            credentials: user.map(encode),
        }
    }

    /// Its name or address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Has it connect to a broker; the connection is one to the broker then.
    pub(super) async fn pass(
        &self,
        tcp: &mut TcpStream,
        host: &str,
        port: u16,
    ) -> Result<(), NetError> {
        let broken = |error| after_open(&error);
        let request = self.request(host, port);
        tcp.write_all(request.as_bytes()).await.map_err(broken)?;
        let mut answer = Vec::new();
        // By bytes: what comes behind it is the broker's.
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() == MAX_ANSWER {
                return Err(NetError::Proxy { status: 0 });
            }
            answer.push(tcp.read_u8().await.map_err(broken)?);
        }
        match status(&answer) {
            Some(200..=299) => Ok(()),
            status => Err(NetError::Proxy {
                status: status.unwrap_or(0),
            }),
        }
    }

    fn request(&self, host: &str, port: u16) -> String {
        let place = if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        let credentials = self.credentials.as_ref();
        let credentials = credentials.map(|it| format!("Proxy-Authorization: Basic {it}\r\n"));
        let credentials = credentials.unwrap_or_default();
        format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{credentials}\r\n")
    }
}

/// The status of an answer of HTTP.
fn status(answer: &[u8]) -> Option<u16> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(answer).ok()?;
    response.code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_the_broker_and_proves_the_user() {
        let proxy = Proxy::new("proxy", 3128, None);
        assert_eq!(
            proxy.request("broker", 1883),
            "CONNECT broker:1883 HTTP/1.1\r\nHost: broker:1883\r\n\r\n"
        );
        let proxy = Proxy::new("proxy", 3128, Some(("me", "pw:1")));
        assert_eq!(
            proxy.request("::1", 443),
            "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\
             Proxy-Authorization: Basic bWU6cHc6MQ==\r\n\r\n"
        );
        let shown = format!("{proxy:?}");
        assert!(!shown.contains("bWU6") && shown.contains("***"), "{shown}");
    }

    #[test]
    fn an_answer_has_a_status_or_is_none() {
        for (answer, said) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            (
                "HTTP/1.0 407 No\r\nProxy-Authenticate: Basic\r\n\r\n",
                Some(407),
            ),
            ("220 mail.example ready\r\n\r\n", None),
        ] {
            assert_eq!(status(answer.as_bytes()), said, "{answer}");
        }
    }
}
