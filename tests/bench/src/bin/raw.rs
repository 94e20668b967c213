//! A socket and ready-made packets: what a client costs that does nothing.
//!
//! `raw publish PORT QOS N BYTES` sends N messages as fast as it can, QoS 1 with 20
//! in flight; `raw trips PORT QOS N BYTES` sends one after the other and says how
//! many nanoseconds each took until it was acknowledged. There QoS 0 stands for
//! PINGREQ, the least anybody can ask.

use std::io::{BufWriter, Error, ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Instant;

const WINDOW: usize = 20;
/// Messages of QoS 0 in one write.
const BATCH: usize = 64;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<usize> = words.iter().skip(1).flat_map(|word| word.parse()).collect();
    let (Some(mode), [port, qos, n, bytes]) = (words.first(), &numbers[..]) else {
        panic!("raw publish|trips PORT QOS N BYTES");
    };
    let port = u16::try_from(*port).expect("a port");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    let name = format!("raw-{:011}", std::process::id());
    let mut connect = b"\x10\x1b\x00\x04MQTT\x04\x02\x00\x00\x00\x0f".to_vec();
    connect.extend_from_slice(name.as_bytes());
    stream.write_all(&connect)?;
    expect(&mut stream, 0x20)?;
    match (mode.as_str(), qos) {
        ("publish", 0) => flood(&mut stream, *n, *bytes)?,
        ("publish", _) => window(&mut stream, *n, *bytes)?,
        _ => trips(&mut stream, *qos, *n, *bytes)?,
    }
    stream.write_all(b"\xe0\x00")
}

fn flood(stream: &mut TcpStream, n: usize, bytes: usize) -> Result<()> {
    let batch = publish(0, bytes).repeat(BATCH);
    let rest = publish(0, bytes).repeat(n % BATCH);
    (0..n / BATCH).try_for_each(|_| stream.write_all(&batch))?;
    stream.write_all(&rest)
}

fn window(stream: &mut TcpStream, n: usize, bytes: usize) -> Result<()> {
    let packet = publish(1, bytes);
    stream.write_all(&packet.repeat(WINDOW.min(n)))?;
    let (mut sent, mut done) = (WINDOW.min(n), 0);
    let mut acks = [0; 4 * WINDOW];
    while done < n * 4 {
        let read = stream.read(&mut acks)?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let more = ((done + read) / 4 - done / 4).min(n - sent);
        stream.write_all(&packet.repeat(more))?;
        (sent, done) = (sent + more, done + read);
    }
    Ok(())
}

fn trips(stream: &mut TcpStream, qos: usize, n: usize, bytes: usize) -> Result<()> {
    let packet = publish(qos, bytes);
    let mut out = BufWriter::new(std::io::stdout());
    for _ in 0..n {
        let begin = Instant::now();
        match qos {
            0 => {
                stream.write_all(b"\xc0\x00")?;
                expect(stream, 0xd0)?;
            }
            1 => {
                stream.write_all(&packet)?;
                expect(stream, 0x40)?;
            }
            _ => {
                stream.write_all(&packet)?;
                expect(stream, 0x50)?;
                stream.write_all(b"\x62\x02\x00\x01")?;
                expect(stream, 0x70)?;
            }
        }
        writeln!(out, "{}", begin.elapsed().as_nanos())?;
    }
    out.flush()
}

/// PUBLISH to the topic of the bench, its packet id always 1.
fn publish(qos: usize, bytes: usize) -> Vec<u8> {
    let id: &[u8] = if qos == 0 { b"" } else { b"\x00\x01" };
    let length = 2 + 5 + id.len() + bytes;
    let mut packet = vec![[0x30, 0x32, 0x34][qos]];
    if length > 127 {
        packet.push((length % 128) as u8 | 0x80);
        packet.push(u8::try_from(length / 128).expect("a small message"));
    } else {
        packet.push(length as u8);
    }
    packet.extend_from_slice(b"\x00\x05bench");
    packet.extend_from_slice(id);
    packet.extend(std::iter::repeat_n(b'x', bytes));
    packet
}

/// Takes an answer of four bytes, or two, that begins with `first`.
fn expect(stream: &mut TcpStream, first: u8) -> Result<()> {
    let mut answer = [0; 4];
    let len = if first == 0xd0 { 2 } else { 4 };
    stream.read_exact(&mut answer[..len])?;
    if answer[0] == first {
        Ok(())
    } else {
        Err(Error::other(format!("the broker answered {answer:02x?}")))
    }
}
