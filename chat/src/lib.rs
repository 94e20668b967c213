//! Golden conversations with a modem, in virtual time, with a scripted broker.
//!
//! A `.chat` file is a conversation as one reads it:
//! ```text
//! # Connecting
//! > AT+MQTTCONFIG=broker.example,1883,c1,1,60
//! < OK
//! > AT+MQTTCONNECT
//! broker < CONNECT client="c1" clean=1 keepalive=60
//! +4999ms
//! silent
//! broker > CONNACK
//! < +MQTTCONNECT:0
//! < OK
//! ```
//! Things done and things expected take turns: after each thing done, the modem
//! says what is written below it, and nothing else.
//!
//! | the host | |
//! |---|---|
//! | `> AT` | The host types this and CR, just as it stands. A line that begins with `AT` is echoed at once; that goes without saying. |
//! | `>> AT\r` | The host sends these bytes, no more: no CR is added, no echo taken for granted. |
//! | `< OK` | The modem answers this line, in the frame of V1: CR LF before and after. |
//! | `<< \r\nOK\r\n` | The modem sends these bytes. |
//! | `echo off`, `echo on` | From here on, typed lines come back or not. |
//! | `host stalls`, `host reads` | The host takes no output; it takes it again. |
//! | `dtr on`, `rts off` | The host moves a control line. |
//!
//! | the broker and the network | |
//! |---|---|
//! | `broker < PUBACK id=1` | The modem sends this packet. |
//! | `broker > CONNACK code=5` | The broker sends this packet. |
//! | `broker << C0 00`, `broker >> 20 02 00` | The same in hex, a whole packet or not. |
//! | `broker close`, `broker reset` | The connection ends, or breaks. |
//! | `broker stalls`, `broker reads` | The network takes nothing from the modem; it does again. |
//! | `net hold` | A link the modem asks for is left pending, until |
//! | `net open`, `net fail refused` | it comes up, or fails for this reason. Without `net hold` it is up at once. |
//! | `net at turn`, `net at name`, `net at tcp`, `net at tls` | The pending link waits for its turn, the broker's address, TCP or TLS. |
//! | `net < open tcp://host:1883 within 5000ms`, `net < close` | The modem asks for this. Need not be written; if one is, all of the step are. |
//! | `port < lines dcd=1 dsr=1`, `port < serial 9600 8N1 rts/cts` | The modem asks this of its port. Likewise. |
//!
//! | the rest | |
//! |---|---|
//! | `+3s`, `+250ms`, `+2min` | Time passes; every timer fires at its moment. |
//! | `silent` | Nothing is said. Only for the reader: silence is expected wherever nothing else is. |
//! | `power off`, `power cut`, `power on` | Switched off in order, or not; on again with what it stored. |
//! | `store fails`, `store holds`, `store works` | Storage refuses, does not answer, answers. |
//! | `set strict`, `set mask-secrets`, `set seed 7`, `set clock 2026-11-23 14:23:00`, `set memory small line=512` | How the modem is made; before everything else. |
//! | `# ...` | A comment; the first block is the title. |
//!
//! Behind `>>` and `<<`, and in quotes, there are the escapes `\r \n \t \\ \"
//! \x00` and `a\*500` for five hundred times `a`. Behind `>` and `<` there are none.
//!
//! Packets are those of MQTT 3.1.1 by name, with fields `client clean keepalive
//! user password` (CONNECT), `session code` (CONNACK), `topic payload qos id dup
//! retain` (PUBLISH), `topic qos` any number of times (SUBSCRIBE, UNSUBSCRIBE),
//! `code` any number of times (SUBACK) and `id`. What is 0 may be left out, and
//! `clean=1`.
//!
//! [`parse()`] reads a chat, a [`Player`] plays it, [`check()`] compares; [`run`]
//! does all of it in virtual time, in each of [`WAYS`]. [`live`] plays the host's
//! side where the modem, the broker and the time are real.

mod check;
mod escape;
mod golden;
pub mod live;
mod packet;
mod parse;
mod player;
mod script;
mod sim;
mod update;

pub use check::{Mismatch, Wrong, check};
pub use golden::{Report, find, kept_in, play_in, run, run_dir};
pub use live::{HostSide, Live};
pub use parse::parse;
pub use player::{Heard, Played, Player, play};
pub use script::{Expect, Expected, Input, ParseError, Script, Setup, Sizes, Step, Storage};
pub use sim::{Sim, WAYS, Way};
pub use update::updated;
