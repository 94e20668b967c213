//! Questions to name servers and their answers.

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is asked for: addresses of IPv4 and of IPv6.
pub(super) const KINDS: [TYPE; 2] = [TYPE::AAAA, TYPE::A];

/// One question.
#[derive(Debug)]
pub(super) struct Query {
    id: u16,
    name: String,
    kind: TYPE,
}

/// What a server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DnsAnswer {
    /// The name has these addresses, perhaps none.
    Addresses(Vec<IpAddr>),
    /// There is more than fits a datagram.
    Truncated,
    /// It cannot find out.
    Failed,
    /// It does not answer us.
    Refused,
}

impl Query {
    /// With a number that cannot be guessed.
    pub(super) fn new(name: &str, kind: TYPE) -> Option<Self> {
        let random = ring::rand::generate::<[u8; 2]>(&ring::rand::SystemRandom::new());
        Some(Self {
            id: u16::from_be_bytes(random.ok()?.expose()),
            name: name.to_owned(),
            kind,
        })
    }

    /// The question as it is sent; `None` where the name is none.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let mut packet = Packet::new_query(self.id);
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
        packet.questions.push(Question::new(
            Name::new(&self.name).ok()?,
            QTYPE::TYPE(self.kind),
            QCLASS::CLASS(CLASS::IN),
            false,
        ));
        packet.build_bytes_vec().ok()
    }

    /// What a datagram answers to this question; `None` where it is no answer to it.
    pub(super) fn answer(&self, bytes: &[u8]) -> Option<DnsAnswer> {
        if !counts_fit(bytes) {
            return None;
        }
        let packet = Packet::parse(bytes).ok()?;
        let [question] = packet.questions.as_slice() else {
            return None;
        };
        let is_answer = packet.id() == self.id
            && packet.has_flags(PacketFlag::RESPONSE)
            && question.qtype == QTYPE::TYPE(self.kind)
            && question.qname.to_string().eq_ignore_ascii_case(&self.name);
        if !is_answer {
            return None;
        }
        Some(match packet.rcode() {
            RCODE::NoError if packet.has_flags(PacketFlag::TRUNCATION) => DnsAnswer::Truncated,
            RCODE::NoError => {
                let records = packet.answers.iter();
                DnsAnswer::Addresses(
                    records
                        .filter_map(|record| address(&record.rdata))
                        .collect(),
                )
            }
            RCODE::NameError => DnsAnswer::Addresses(Vec::new()),
            RCODE::Refused | RCODE::NotImplemented | RCODE::FormatError => DnsAnswer::Refused,
            _ => DnsAnswer::Failed,
        })
    }
}

fn address(data: &RData<'_>) -> Option<IpAddr> {
    match data {
        RData::A(a) => Some(Ipv4Addr::from(a.address).into()),
        RData::AAAA(aaaa) => Some(Ipv6Addr::from(aaaa.address).into()),
        _ => None,
    }
}

/// Whether a packet is as long as the records it speaks of take at least: memory
/// is taken for them before they are read.
fn counts_fit(bytes: &[u8]) -> bool {
    let count = |at: usize| {
        let two = bytes.get(at..).and_then(<[u8]>::first_chunk);
        two.map_or(0, |two| u16::from_be_bytes(*two))
    };
    let records: usize = [4, 6, 8, 10].map(|at| usize::from(count(at))).iter().sum();
    bytes.len() >= 12 && records * 5 <= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::A;

    fn reply(query: &Query) -> Vec<u8> {
        let question = query.encode().unwrap();
        let mut reply = Packet::parse(&question).unwrap().into_reply();
        let name = Name::new_unchecked("a.example");
        let data = RData::A(A { address: 1 });
        reply.answers = vec![ResourceRecord::new(name, CLASS::IN, 1, data)];
        reply.build_bytes_vec_compressed().unwrap()
    }

    /// Whatever comes from there.
    #[test]
    fn damaged_answers_are_ignored_or_read_and_never_panic() {
        let query = Query::new("a.example", TYPE::A).unwrap();
        let good = reply(&query);
        let whole = DnsAnswer::Addresses(vec![Ipv4Addr::new(0, 0, 0, 1).into()]);
        assert_eq!(query.answer(&good), Some(whole));
        for at in 0..good.len() {
            assert_eq!(query.answer(&good[..at]), None);
            for byte in [0, 0x0c, 0x40, 0x7f, 0xc0, 0xff] {
                let mut bad = good.clone();
                bad[at] = byte;
                let _ = query.answer(&bad);
            }
        }
        // A name that is itself, and numbers of records that are not there.
        let mut bad = good.clone();
        bad[12..14].copy_from_slice(&[0xc0, 12]);
        assert_eq!(query.answer(&bad), None);
        for at in [4, 6, 8, 10] {
            let mut bad = good.clone();
            bad[at..at + 2].copy_from_slice(&[0xff, 0xff]);
            assert_eq!(query.answer(&bad), None);
        }
    }

    #[test]
    fn answers_to_other_questions_are_none() {
        let query = Query::new("a.example", TYPE::A).unwrap();
        let good = reply(&query);
        let other = |id: u16, name: &str, kind| Query {
            id,
            name: name.to_owned(),
            kind,
        };
        let id = query.id;
        assert!(other(id, "A.example", TYPE::A).answer(&good).is_some());
        for other in [
            other(id ^ 1, "a.example", TYPE::A),
            other(id, "b.example", TYPE::A),
            other(id, "a.example", TYPE::AAAA),
        ] {
            assert_eq!(other.answer(&good), None);
        }
        // A question is no answer.
        assert_eq!(query.answer(&query.encode().unwrap()), None);
    }
}
