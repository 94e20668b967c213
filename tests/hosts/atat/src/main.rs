//! atat on tokio: commands, answers and URCs as types that serde reads.
//!
//! atat looks for URCs before it looks for answers: a URC whose name were also the
//! name of a command would swallow its answer. None is.

mod commands;

use atat::asynch::{AtatClient, Client};
use atat::{AtatIngress, Config, DefaultDigester, Error, Ingress, ResponseSlot, UrcChannel};
use commands::{
    Attention, Code, Configure, Connect, Disconnect, Errors, Publish, ReadSignal, ReadState,
    Subscribe, Urc,
};
use embedded_io_adapters::tokio_1::FromTokio;
use host_support::{Stage, halves};

const BUFFER: usize = 1024;
type Urcs = UrcChannel<Urc, 16, 1>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let stage = Stage::new();
    let (reader, writer) = halves(&stage.modem).expect("the port opens");
    let answers = ResponseSlot::<BUFFER>::new();
    let urcs = Urcs::new();
    let (mut incoming, mut outgoing) = ([0; BUFFER], [0; BUFFER]);
    let digester = DefaultDigester::<Urc>::default();
    let mut ingress = Ingress::new(digester, &mut incoming, &answers, &urcs);
    let config = Config::default();
    let client = Client::new(FromTokio::new(writer), &answers, &mut outgoing, config);
    tokio::select! {
        _ = ingress.read_from(FromTokio::new(reader)) => {}
        result = session(client, &urcs, &stage) => result.expect("every command is answered"),
    }
}

/// What a device does that has something to tell.
async fn session(mut client: impl AtatClient, urcs: &Urcs, stage: &Stage) -> Result<(), Error> {
    let (inbox, message) = stage.inbox();
    let (outbox, greeting) = stage.outbox();
    let mut news = urcs.subscribe().expect("a place to listen");

    client.send(&Attention).await?;
    client.send(&Errors { mode: 1 }).await?;
    let signal = client.send(&ReadSignal).await?;
    assert!(signal.rssi <= 31 && (signal.ber <= 7 || signal.ber == 99));
    let publish = Publish::kept(&outbox, &greeting);
    let refused = client.send(&publish).await;
    assert_eq!(refused, Err(Error::CmeError(atat::CmeError::NotAllowed)));

    client
        .send(&Configure::new(stage.broker, &stage.name))
        .await?;
    assert_eq!(client.send(&Connect).await?, Code { code: 0 });
    client.send(&Subscribe::to(&inbox)).await?;
    let came = match news.next_message_pure().await {
        Urc::Received(message) => message,
        Urc::Lost(Code { code }) => panic!("the link is lost: {code}"),
    };
    println!("{came:?}");
    assert_eq!((&*came.topic, came.qos, came.retain), (&*inbox, 1, 1));
    assert_eq!(came.payload.bytes, message.as_bytes());
    client.send(&publish).await?;
    assert_eq!(client.send(&ReadState).await?, Code { code: 1 });
    client.send(&Disconnect).await?;
    Ok(())
}
