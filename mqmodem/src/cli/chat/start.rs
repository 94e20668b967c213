//! Brings a modem to where chats begin.

use super::attached::Attached;
use super::port::Patience;
use std::time::Duration;

/// Brings the modem to where chats begin.
pub(super) async fn bring(
    port: &mut Attached,
    preamble: &[u8],
    patience: Patience,
) -> std::io::Result<()> {
    // What waits there was said to the last host.
    receive(port, patience.quiet, |_| true).await?;
    let mut rest = preamble;
    while !rest.is_empty() {
        let said = port.write(rest).await?;
        rest = rest.get(said..).unwrap_or_default();
    }
    receive(port, patience.within, |heard| !is_final(heard)).await?;
    receive(port, patience.quiet, |_| true).await
}

/// Listens until it is quiet for so long, or no more is wanted.
async fn receive(
    port: &mut Attached,
    quiet: Duration,
    wanted: impl Fn(&[u8]) -> bool,
) -> std::io::Result<()> {
    let (mut all, mut buf) = (Vec::new(), [0; 4096]);
    while wanted(&all) {
        let Ok(read) = tokio::time::timeout(quiet, port.read(&mut buf)).await else {
            return Ok(());
        };
        let Some(more @ [_, ..]) = buf.get(..read?) else {
            return Err(hung_up());
        };
        all.extend_from_slice(more);
    }
    Ok(())
}

pub(super) fn hung_up() -> std::io::Error {
    std::io::Error::new(
        std::io::ErrorKind::UnexpectedEof,
        "the port was closed by the other side",
    )
}

/// Whether the modem has answered: with a result code, or with a prompt.
pub(super) fn is_final(heard: &[u8]) -> bool {
    let lines = heard.split(|byte| matches!(byte, b'\r' | b'\n'));
    let is_result = |line: &[u8]| {
        matches!(
            line,
            b"OK" | b"ERROR" | b"CONNECT" | b"NO CARRIER" | b"BUSY" | b"NO ANSWER"
        ) || line.starts_with(b"+CME ERROR")
            || line.starts_with(b"+CMS ERROR")
    };
    // As `ATV0` has it: 0 is OK, 4 is ERROR.
    let is_number = heard.ends_with(b"\n0\r") || heard.ends_with(b"\n4\r");
    let is_number = is_number || matches!(heard, [.., b'\r', b'0' | b'4', b'\r']);
    is_number
        || heard.ends_with(b"\r\n> ")
        || heard.ends_with(b"\r\n>")
        || lines.into_iter().any(is_result)
}
