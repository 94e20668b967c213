//! The driver of a BG95 on tokio: identity, attach, packet context, upload, TLS, connect,
//! publish, close. It cannot subscribe; this host does that beside it, as its users must.

mod beside;
mod clock;

use atat::asynch::{AtatClient, Client};
use atat::{AtatIngress, Config, Ingress, ResponseSlot, UrcChannel, UrcSubscription};
use beside::{Heard, Listener, Subscribe};
use embassy_time::Duration;
use embedded_io_adapters::tokio_1::FromTokio;
use host_support::{Stage, halves};
use quectel_bg9x_atat::commands::types::{SslAuthenticationMode, SslCheckHostEnable};
use quectel_bg9x_atat::{Bg9xModem, ModemError, SslConfig, Urc};

const BUFFER: usize = 4096;
const LIMIT: Duration = Duration::from_secs(20);
/// The context for TLS.
const CONTEXT: u8 = 2;

type Urcs = UrcChannel<Urc, 16, 2>;
type News<'a> = UrcSubscription<'a, Urc, 16, 2>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let stage = Stage::new();
    let (reader, writer) = halves(&stage.modem).expect("the port opens");
    let answers = ResponseSlot::<BUFFER>::new();
    let urcs = Urcs::new();
    let (mut incoming, mut outgoing) = ([0; BUFFER], [0; BUFFER]);
    let (digester, heard) = Listener::new();
    let mut ingress = Ingress::new(digester, &mut incoming, &answers, &urcs);
    let config = Config::default();
    let client = Client::new(FromTokio::new(writer), &answers, &mut outgoing, config);
    let host = Host { stage, urcs: &urcs };
    tokio::select! {
        _ = ingress.read_from(FromTokio::new(reader)) => {}
        result = host.session(client, heard) => result.expect("every step works"),
    }
}

struct Host<'a> {
    stage: Stage,
    urcs: &'a Urcs,
}

impl<'a> Host<'a> {
    /// What a device does that has something to tell, and whose broker goes away once.
    async fn session(self, client: impl AtatClient, mut heard: Heard) -> Result<(), ModemError> {
        let mut modem = Bg9xModem::new(client);
        attach(&mut modem).await?;
        let mut client = modem.into_inner();
        if self.stage.is_secure() {
            client = self.secure(client).await?;
        }
        client = self.exchange(client, &mut heard).await?;

        let mut news = self.news();
        self.stage.stop_broker();
        lost(&mut news).await;
        drop(news);
        self.stage.start_broker();
        client = self.exchange(client, &mut heard).await?;

        let mut modem = Bg9xModem::new(client).with_urc_subscription(self.news());
        modem.mqtt_disconnect(0, LIMIT).await?;
        modem.mqtt_close(0, LIMIT).await
    }

    fn news(&self) -> News<'a> {
        self.urcs.subscribe().expect("a place to listen")
    }

    /// Uploads what TLS needs, and names it in a context.
    async fn secure<C: AtatClient>(&self, client: C) -> Result<C, ModemError> {
        let mut modem = Bg9xModem::new(client).with_urc_subscription(self.news());
        let sum = modem.upload_file("note.txt", b"hello", LIMIT).await?;
        assert_eq!(&sum[..], b"6b09");
        modem.delete_file("note.txt").await?;
        for name in ["ca.pem", "client.pem", "client.key"] {
            let content = self.stage.certificate(name);
            modem.upload_file(name, &content, LIMIT).await?;
        }
        assert_eq!(modem.list_files("*").await?.files.len(), 3);
        let mut config = SslConfig::new(CONTEXT);
        config.ca_cert_filename = "ca.pem".try_into().ok();
        config.client_cert_filename = "client.pem".try_into().ok();
        config.client_key_filename = "client.key".try_into().ok();
        config.auth_mode = SslAuthenticationMode::Mutual;
        config.checkhost_enable = SslCheckHostEnable::Enable;
        modem.configure_ssl_context(&config).await?;
        Ok(modem.into_base().into_inner())
    }

    /// Connects, receives a message, and publishes one.
    async fn exchange<C: AtatClient>(&self, client: C, heard: &mut Heard) -> Result<C, ModemError> {
        let (broker, name) = (self.stage.broker, &*self.stage.name);
        let secure = self.stage.is_secure().then_some(CONTEXT);
        let mut modem = Bg9xModem::new(client).with_urc_subscription(self.news());
        modem
            .mqtt_connect(0, "localhost", broker, name, None, None, secure, LIMIT)
            .await?;
        let mut client = modem.into_base().into_inner();

        let (topic, message) = self.stage.inbox();
        client.send(&Subscribe::to(&topic)).await?;
        assert_eq!(heard.recv().await.as_deref(), Some("+QMTSUB: 0,7,0,1"));
        let line = heard.recv().await.expect("a message comes");
        let (id, rest) = line
            .split_once(",\"")
            .expect("a topic behind the identifier");
        assert!(id.starts_with("+QMTRECV: 0,"), "{line}");
        assert_eq!(rest, format!("{topic}\",\"{message}\""));

        let mut modem = Bg9xModem::new(client).with_urc_subscription(self.news());
        let (topic, message) = self.stage.outbox();
        modem
            .mqtt_publish(0, &topic, &message, 1, true, LIMIT)
            .await?;
        Ok(modem.into_base().into_inner())
    }
}

async fn attach(modem: &mut Bg9xModem<impl AtatClient>) -> Result<(), ModemError> {
    modem.set_echo(false).await?;
    assert!(modem.sim_ready().await?);
    println!(
        "{:?} {:?}",
        modem.get_imei().await?,
        modem.get_iccid().await?
    );
    println!("{:?}", modem.get_network_info().await?);
    println!("{:?}", modem.get_signal_strength().await?);
    println!("{:?}", modem.network_attach(LIMIT).await?);
    modem.configure_context(1, "super", "", "", 0).await?;
    println!("{:?}", modem.activate_context(1).await?);
    // It is active now, which the driver tells from a failure.
    println!("{:?}", modem.activate_context(1).await?);
    Ok(())
}

/// Waits until the modem says that the link is gone.
async fn lost(news: &mut News<'_>) {
    loop {
        if let Urc::MqttStatus(status) = news.next_message_pure().await {
            assert_eq!((status.tcpconnect_id, status.err), (0, 1));
            return;
        }
    }
}
