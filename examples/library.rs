//! A modem inside a program, whose host is the program itself.
//!
//! ```sh
//! cargo run -p mqmodem-examples --bin library              # asks for the state
//! cargo run -p mqmodem-examples --bin library HOST PORT    # and sends itself a message
//! ```

use mqmodem::Shared;
use mqmodem::port::{Label, stdio::Pipe};
use mqmodem_core::Config;
use std::io::{Error, Result, Write};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex, split};

/// Our end of the wire to the modem.
struct Host(BufReader<DuplexStream>);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (ours, modems) = duplex(4096);
    let (from_host, to_host) = split(modems);
    let port = Box::new(Pipe::between(from_host, to_host));
    let shared = Shared::default();
    // A driver owns one modem and its port; it ends when its host does.
    let driver = shared.driver(port, Label::new("inside"), Config::default());
    let driver = tokio::spawn(driver);

    let mut host = Host(BufReader::new(ours));
    host.command("ATE0").await?;
    show(&host.command("AT+MQTTSTATE").await?)?;
    let mut words = std::env::args().skip(1);
    if let (Some(name), Some(port)) = (words.next(), words.next()) {
        host.command(&format!("AT+MQTTCONFIG=\"{name}\",{port},\"inside\",1,60"))
            .await?;
        show(&host.command("AT+MQTTCONNECT").await?)?;
        host.command("AT+MQTTSUB=\"inside\",1").await?;
        // The message may come before the OK, and then it is among its lines.
        let mut lines = host.command("AT+MQTTPUB=\"inside\",1,0,\"hello\"").await?;
        while !lines.iter().any(|line| line.starts_with("+MQTTRECV:")) {
            lines.push(host.line().await?);
        }
        show(&lines)?;
        host.command("AT+MQTTDISCONNECT").await?;
    }
    drop(host);
    driver.await.map_err(Error::other)?;
    Ok(())
}

impl Host {
    /// Sends a command and returns what comes up to `OK`; an error is one.
    async fn command(&mut self, command: &str) -> Result<Vec<String>> {
        self.0.write_all(format!("{command}\r").as_bytes()).await?;
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            match line.as_str() {
                "OK" => return Ok(lines),
                line if line.starts_with("+CME ERROR") || line == "ERROR" => {
                    return Err(Error::other(format!("{command}: {line}")));
                }
                _ => lines.push(line),
            }
        }
    }

    /// The next line that is not empty.
    async fn line(&mut self) -> Result<String> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                return Err(Error::other("the modem is gone"));
            }
            let line = line.trim();
            if !line.is_empty() {
                return Ok(line.to_owned());
            }
        }
    }
}

fn show(lines: &[String]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}
