//! What happens to a connection, in the words of the transport.

/// What happened to a connection. Nothing more comes of it after `Failed` or
/// `Closed`, or after its [`Action::Close`](crate::Action::Close).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetEvent {
    /// It is being opened, and this is waited for now. Need not be told; where it
    /// is, a time-out names the layer that did not answer.
    Opening(Stage),
    /// The transport is up: name, TCP and, where asked for, TLS are done.
    Opened,
    /// It could not be opened, or broke, for this reason.
    Failed(NetError),
    /// The peer closed it.
    Closed,
}

/// Why a link failed, by layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetError {
    /// The broker's name has no address.
    NameNotFound,
    /// The connection was refused.
    Refused,
    /// There is no way to the network or host.
    Unreachable,
    /// The transport gave up waiting.
    TimedOut,
    /// The connection was reset or broke.
    Broken,
    /// This machine has no local port or address left for it.
    NoLocalAddress,
    /// This machine has no file handle left for it.
    NoFileHandle,
    /// This machine has no name server, or one that refuses.
    NoNameServer,
    /// TLS: the broker's certificate is not trusted.
    TlsUntrusted,
    /// TLS: the broker's certificate is for another name.
    TlsName,
    /// TLS: the broker's certificate is expired or not yet valid.
    TlsExpired,
    /// TLS: the client certificate or key is missing, does not fit or was refused.
    TlsClientCertificate,
    /// TLS: a certificate or key is of a kind that is not supported here.
    TlsUnsupported,
    /// TLS: anything else.
    TlsOther,
    /// The peer broke the protocol below MQTT: a WebSocket's frames.
    Protocol,
    /// The WebSocket was refused.
    WebSocket {
        /// The status of the answer; 0 where it was no answer of HTTP.
        status: u16,
    },
    /// The proxy on the way refused.
    Proxy {
        /// The status of its answer; 0 where it was no answer of HTTP.
        status: u16,
    },
}

/// What a connection that is being opened waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its turn: the caller opens only so many at once.
    Turn,
    /// The broker's address.
    Name,
    /// TCP.
    Tcp,
    /// TLS.
    Tls,
    /// The answer of the proxy on the way.
    Proxy,
    /// The answer to the request for a WebSocket.
    WebSocket,
}

impl Stage {
    /// Whether TCP is up.
    pub(crate) fn is_beyond_tcp(self) -> bool {
        matches!(self, Self::Tls | Self::Proxy | Self::WebSocket)
    }
}

/// How far a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// There is none.
    Closed,
    /// It is being made, up to the broker's CONNACK.
    Opening,
    /// The broker is connected.
    Online,
    /// It is being left in order.
    Closing,
}

/// How far a link is, step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkStep {
    /// There is none.
    Closed,
    /// Its transport is being opened.
    Opening,
    /// Its transport is up, and waits for CONNECT.
    Opened,
    /// CONNECT is sent.
    Connecting,
    /// The broker has accepted.
    Connected,
    /// It is being left.
    Leaving,
}
