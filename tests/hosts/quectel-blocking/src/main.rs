//! The blocking driver of a BG95, as it is used on Linux. It switches a module on, attaches,
//! connects and publishes; it has no subscriptions and no TLS.

use atat::blocking::Client;
use atat::{AtatIngress, Config, DefaultDigester, Ingress, ResponseSlot, UrcChannel};
use embedded_hal::digital::{ErrorType, OutputPin};
use embedded_io_adapters::std::FromStd;
use host_support::{Stage, open};
use quectel_bg9x_eh_driver::ModemError;
use quectel_bg9x_eh_driver::cellular::{
    INGRESS_BUF_SIZE, QuectelBG9X, URC_CAPACITY, URC_SUBSCRIBERS,
};
use quectel_bg9x_eh_driver::quectel_atat::urc::Urc;
use std::convert::Infallible;
use std::fs::File;
use std::io::Read;
use std::thread;

static ANSWERS: ResponseSlot<INGRESS_BUF_SIZE> = ResponseSlot::new();
static URCS: UrcChannel<Urc, URC_CAPACITY, URC_SUBSCRIBERS> = UrcChannel::new();

/// The pin of the power key, which no cable leads to.
struct PowerKey;

impl ErrorType for PowerKey {
    type Error = Infallible;
}

impl OutputPin for PowerKey {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn main() -> Result<(), ModemError> {
    let stage = Stage::new();
    let port = open(&stage.modem).expect("the port opens");
    let reader = port.try_clone().expect("a second handle");
    thread::spawn(move || read(reader));
    let outgoing = Box::leak(Box::new([0; 1024]));
    let client = Client::new(FromStd::new(port), &ANSWERS, outgoing, Config::default());

    let mut modem = QuectelBG9X::new(PowerKey, client, &URCS)?;
    modem.test_sim()?;
    modem.set_modem_funcionality(false)?;
    modem.set_modem_configuration()?;
    modem.set_modem_funcionality(true)?;
    println!("{:?}", modem.network_attach()?);
    modem.set_context_configuration("super", "", "")?;
    println!("{:?}", modem.context_activate()?);
    println!("{:?} {:?}", modem.get_time()?, modem.get_signal_strength()?);

    let mut news = URCS.subscribe().expect("a place to listen");
    let (topic, message) = stage.outbox();
    let mut publish = || {
        modem.mqtt_connect("127.0.0.1", stage.broker, &stage.name, "", "")?;
        modem.mqtt_publish(&topic, &message, 1)
    };
    publish()?;
    stage.stop_broker();
    let lost = futures_executor::block_on(async {
        loop {
            if let Urc::MqttStatus(status) = news.next_message_pure().await {
                return status.err;
            }
        }
    });
    assert_eq!(lost, 1);
    stage.start_broker();
    publish()?;
    modem.mqtt_disconnect()
}

/// Hands what comes to atat.
fn read(mut port: File) {
    let mut incoming = [0; INGRESS_BUF_SIZE];
    let digester = DefaultDigester::<Urc>::default();
    let mut ingress = Ingress::new(digester, &mut incoming, &ANSWERS, &URCS);
    let mut some = [0; 256];
    while let Ok(count @ 1..) = port.read(&mut some) {
        futures_executor::block_on(ingress.write(&some[..count]));
    }
}
