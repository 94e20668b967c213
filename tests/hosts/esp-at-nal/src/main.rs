//! esp-at-nal: a network adapter. It restarts the module, joins a network and asks for the
//! addresses; it has sockets and no MQTT.

mod clock;

use atat::blocking::Client;
use atat::{AtDigester, AtatIngress, Config, Ingress, ResponseSlot, UrcChannel};
use clock::{Clock, HZ};
use embedded_io_adapters::std::FromStd;
use esp_at_nal::urc::URCMessages;
use esp_at_nal::wifi::{Adapter, WifiAdapter};
use host_support::{Stage, open};
use std::fs::File;
use std::io::Read;
use std::thread;

const BUFFER: usize = 1024;
type Message = URCMessages<128>;

static ANSWERS: ResponseSlot<BUFFER> = ResponseSlot::new();
static URCS: UrcChannel<Message, 16, 1> = UrcChannel::new();

fn main() {
    let port = open(&Stage::new().modem).expect("the port opens");
    let reader = port.try_clone().expect("a second handle");
    thread::spawn(move || read(reader));
    let mut outgoing = [0; BUFFER];
    let client = Client::new(
        FromStd::new(port),
        &ANSWERS,
        &mut outgoing,
        Config::default(),
    );
    let news = URCS.subscribe().expect("a place to listen");
    let mut adapter: Adapter<_, _, HZ, BUFFER, 128, 16> = Adapter::new(client, news, Clock::new());

    adapter.set_auto_connect(false).expect("it is taken");
    adapter.restart().expect("the module is ready within 5 s");
    adapter.join("shop floor", "secret").expect("it joins");
    while !adapter.get_join_status().ip_assigned {
        thread::yield_now();
    }
    assert!(adapter.get_join_status().connected);
    let address = adapter.get_address().expect("it has addresses");
    println!("{address:?}");
    assert!(address.ipv4.is_some_and(|ip| ip.is_private()));
    assert_eq!(address.mac.map(|mac| mac.len()), Some(17));
}

/// Hands what comes to atat.
fn read(mut port: File) {
    let mut incoming = [0; BUFFER];
    let digester = AtDigester::<Message>::new();
    let mut ingress = Ingress::new(digester, &mut incoming, &ANSWERS, &URCS);
    let mut some = [0; 256];
    while let Ok(count @ 1..) = port.read(&mut some) {
        futures_executor::block_on(ingress.write(&some[..count]));
    }
}
