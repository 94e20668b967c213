//! Look-ups against name servers of the test, good and bad.

use super::*;
use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, Name, Packet, PacketFlag, RCODE, ResourceRecord};
use std::collections::HashSet;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

/// What this machine is set up as, in a directory that is removed at the end.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str, resolv: &str) -> Self {
        let place = std::env::temp_dir().join(format!("mqmodem-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("hosts"), "127.0.0.9 listed.example\n").unwrap();
        std::fs::write(place.join("nsswitch"), "hosts: files dns\n").unwrap();
        std::fs::write(place.join("resolv"), resolv).unwrap();
        Self(place)
    }

    fn resolver(&self, port: u16) -> Resolver {
        Resolver {
            files: ResolverFiles {
                hosts: self.0.join("hosts"),
                nsswitch: self.0.join("nsswitch"),
                resolv: self.0.join("resolv"),
                port,
            },
            pending: Arc::default(),
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SERVER: &str = "nameserver 127.0.0.1\n";

/// Answers questions for `good.example` and `long.example`, this one over TCP,
/// refuses `refused.example`, knows nothing of `none.example`, and is silent
/// otherwise.
fn answer(question: &[u8], tcp: bool) -> Option<Vec<u8>> {
    let asked = Packet::parse(question).unwrap();
    let name = asked.questions[0].qname.to_string();
    let is_v4 = asked.questions[0].qtype == simple_dns::TYPE::A.into();
    let mut reply = asked.clone().into_reply();
    match name.as_str() {
        "good.example" | "below.search.example" | "half.example" if is_v4 => {}
        "half.example" => *reply.rcode_mut() = RCODE::ServerFailure,
        "failed.example" => *reply.rcode_mut() = RCODE::ServerFailure,
        "good.example" => {}
        "long.example" if tcp => {}
        "long.example" => reply.set_flags(PacketFlag::TRUNCATION),
        "refused.example" => *reply.rcode_mut() = RCODE::Refused,
        "none.example" | "below" | "below.search.example" => {
            *reply.rcode_mut() = RCODE::NameError;
        }
        _ => return None,
    }
    if is_v4 && reply.rcode() == RCODE::NoError && !reply.has_flags(PacketFlag::TRUNCATION) {
        let data = RData::A(A {
            address: 0x7f00_0007,
        });
        let record = ResourceRecord::new(Name::new_unchecked(&name), CLASS::IN, 1, data);
        reply.answers.push(record.into_owned());
    }
    reply.build_bytes_vec().ok()
}

/// Both kinds of socket with one number, which others may have of one of them.
async fn bind() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
            return (udp, tcp);
        }
    }
}

/// A name server; whom it was asked from, by the name of the question.
async fn serve() -> (u16, Arc<Mutex<HashSet<(String, SocketAddr)>>>) {
    let (udp, tcp) = bind().await;
    let port = udp.local_addr().unwrap().port();
    let asked: Arc<Mutex<HashSet<_>>> = Arc::default();
    let told = asked.clone();
    tokio::spawn(async move {
        let mut buf = [0; 600];
        while let Ok((len, from)) = udp.recv_from(&mut buf).await {
            let name = Packet::parse(&buf[..len]).unwrap().questions[0]
                .qname
                .to_string();
            told.lock().unwrap().insert((name, from));
            if let Some(reply) = answer(&buf[..len], false) {
                udp.send_to(&reply, from).await.unwrap();
            }
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = tcp.accept().await {
            let mut question = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut question).await.unwrap();
            let reply = answer(&question, true).unwrap();
            stream.write_u16(reply.len() as u16).await.unwrap();
            stream.write_all(&reply).await.unwrap();
        }
    });
    (port, asked)
}

fn address(text: &str) -> Vec<SocketAddr> {
    vec![SocketAddr::new(text.parse().unwrap(), 0)]
}

/// Waits until so many look-ups are under way.
async fn until_pending(resolver: &Resolver, count: usize) {
    while lock(&resolver.pending).len() != count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn each_answer_of_a_name_server_has_its_meaning() {
    let machine = Machine::new("answers", &format!("{SERVER}search search.example\n"));
    let (port, _) = serve().await;
    let resolver = machine.resolver(port);
    for (name, found) in [
        ("good.example", Ok(address("127.0.0.7"))),
        ("GOOD.example.", Ok(address("127.0.0.7"))),
        ("long.example", Ok(address("127.0.0.7"))),
        ("below", Ok(address("127.0.0.7"))),
        ("half.example", Ok(address("127.0.0.7"))),
        ("failed.example.", Err(LookupFailure::NotFound)),
        ("listed.example", Ok(address("127.0.0.9"))),
        ("127.1", Ok(address("127.0.0.1"))),
        ("none.example.", Err(LookupFailure::NotFound)),
        ("refused.example.", Err(LookupFailure::NoServer)),
        ("a b", Err(LookupFailure::NotFound)),
        ("a..b", Err(LookupFailure::NotFound)),
        ("", Err(LookupFailure::NotFound)),
    ] {
        assert_eq!(resolver.lookup(name).await, found, "{name:?}");
    }
}

#[tokio::test]
async fn a_machine_without_a_name_server_is_told_as_such() {
    // Nobody listens there; without a word in the file the machine itself is asked.
    let free = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    for resolv in [SERVER, "", "nonsense\n"] {
        let machine = Machine::new("nobody", resolv);
        let resolver = machine.resolver(port);
        let found = resolver.lookup("good.example").await;
        assert_eq!(found, Err(LookupFailure::NoServer), "{resolv:?}");
        let listed = resolver.lookup("listed.example").await;
        assert_eq!(listed, Ok(address("127.0.0.9")));
    }
}

/// The second is asked in place of the first.
#[tokio::test]
async fn one_name_server_that_is_not_there_is_passed_over() {
    let machine = Machine::new("second", "nameserver 127.0.0.2\nnameserver 127.0.0.1\n");
    let (port, _) = serve().await;
    let found = machine.resolver(port).lookup("good.example").await;
    assert_eq!(found, Ok(address("127.0.0.7")));
}

#[tokio::test]
async fn a_silent_name_server_holds_up_nobody_else() {
    let machine = Machine::new("silent", SERVER);
    let (port, asked) = serve().await;
    let resolver = Arc::new(machine.resolver(port));
    let mut waiting = JoinSet::new();
    for number in 0..2000 {
        let resolver = resolver.clone();
        // A thousand ask for one name, a few hundred for one each.
        let name = match number {
            0..1000 => "silent.example".to_owned(),
            _ => format!("silent-{}.example", number % 200),
        };
        waiting.spawn(async move { resolver.lookup(&name).await });
    }
    until_pending(&resolver, 201).await;
    // It is a task, not a thread, that waits.
    let good = resolver.lookup("good.example").await;
    assert_eq!(good, Ok(address("127.0.0.7")));
    let listed = resolver.lookup("listed.example").await;
    assert_eq!(listed, Ok(address("127.0.0.9")));
    let from = |name: &str| {
        let asked = asked.lock().unwrap();
        asked.iter().filter(|(of, _)| of == name).count()
    };
    assert_eq!(from("silent.example"), 1, "one look-up for all who ask");
    // What nobody waits for ends.
    waiting.shutdown().await;
    until_pending(&resolver, 0).await;
}

#[test]
fn numbers_are_no_names() {
    for text in ["127.1", "2130706433", "0x7f.1", "1.2.3.0x4", "fe80::1%lo"] {
        assert!(is_number(text), "{text}");
    }
    for text in ["a.1a", "face", "1.a", "x0x1", "", "0xg"] {
        assert!(!is_number(text), "{text}");
    }
}
