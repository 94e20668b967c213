//! Seeds of the fuzz targets, made of the chats: `seeds CHATS CORPUS`. Their forms
//! are those of `laws`.

use mqmodem_chat::{Input, PLAY_MODES, Script, StorageMode, parse, play_in, stored_in};
use mqmodem_core::LinkId;
use mqmodem_core::mqtt::{Frame, frame};
use mqmodem_testkit::laws::pick;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [chats, corpus] = &words[..] else {
        return ExitCode::FAILURE;
    };
    match run(Path::new(chats), Path::new(corpus)) {
        Ok(count) => {
            let _ = writeln!(io::stdout(), "{count} seeds from the chats");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(chats: &Path, corpus: &Path) -> io::Result<usize> {
    let mut files = Vec::new();
    find(chats, &mut files)?;
    let mut count = 0;
    for file in files {
        let name = file.strip_prefix(chats).unwrap_or(&file).with_extension("");
        let name = name.display().to_string().replace('/', "-");
        let text = fs::read_to_string(&file)?;
        let script = parse(&name, &text).map_err(|error| io::Error::other(error.to_string()))?;
        for (target, seeds) in [
            ("both_sides", vec![both_sides(&script), polite(&script)]),
            ("stored_records", stored_records(&script)),
            ("wire", wire(&script)),
        ] {
            let folder = corpus.join(target);
            fs::create_dir_all(&folder)?;
            for (i, seed) in seeds.iter().enumerate() {
                fs::write(folder.join(format!("chat-{name}-{i}")), seed)?;
                count += 1;
            }
        }
    }
    Ok(count)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "chat") {
            files.push(path);
        }
    }
    Ok(())
}

/// Bytes of an operation, in pieces of which it can tell the length.
fn push(seed: &mut Vec<u8>, op: u8, bytes: &[u8]) {
    for piece in bytes.chunks(250) {
        seed.extend([op, piece.len() as u8]);
        seed.extend(piece);
    }
}

/// The chat as a scenario (see `Scenario::decode`): the largest memory, not strict.
fn both_sides(script: &Script) -> Vec<u8> {
    let mut seed = vec![pick(script.setup.dialect), 5, 0];
    let played = play_in(script, PLAY_MODES[0]);
    for (step, output) in script.steps.iter().zip(&played.output) {
        match &step.input {
            // The targets have one link.
            _ if step.link != LinkId::FIRST => {}
            Input::Host(bytes) => push(&mut seed, 0, bytes),
            Input::Broker(bytes) => push(&mut seed, 7, bytes),
            Input::BrokerCloses => seed.extend([19, 4]),
            Input::BrokerResets => seed.extend([19, 10]),
            Input::Pass(by) if by.as_secs() > 0 => seed.extend([13, by.as_secs().min(255) as u8]),
            Input::Pass(by) => seed.extend([12, by.as_millis().min(255) as u8]),
            Input::Store(StorageMode::Works) => seed.extend([21, 0]),
            Input::Store(StorageMode::Fails) => seed.extend([21, 2]),
            Input::Store(StorageMode::Holds) => seed.extend([21, 3]),
            Input::PowerCut => seed.extend([21, 7]),
            _ => {}
        }
        if output
            .asked
            .iter()
            .any(|asked| asked.starts_with("net < open"))
        {
            seed.extend([19, 0]);
        }
    }
    seed
}

/// What the host says in the chat, to a broker that answers by itself.
fn polite(script: &Script) -> Vec<u8> {
    let mut seed = vec![pick(script.setup.dialect), 5, 0];
    for step in &script.steps {
        if let Input::Host(bytes) = &step.input {
            push(&mut seed, 0, bytes);
            seed.extend([16, 1]);
        }
    }
    seed
}

/// What was on disk wherever that changed (see `Found::decode`).
fn stored_records(script: &Script) -> Vec<Vec<u8>> {
    let mut disks = stored_in(script);
    disks.dedup();
    disks.retain(|disk| disk.keys().len() > 1);
    let seed = |disk: &std::collections::BTreeMap<mqmodem_core::Slot, Vec<u8>>| {
        let mut seed = vec![pick(script.setup.dialect), 2];
        for (slot, bytes) in disk {
            seed.extend(slot.to_bytes());
            seed.extend((bytes.len() as u16).to_be_bytes());
            seed.extend(bytes);
        }
        seed
    };
    disks.iter().map(seed).collect()
}

/// The packets of both sides as they are, and those of the broker for a session
/// that publishes in between (see `laws::session::play`).
fn wire(script: &Script) -> Vec<Vec<u8>> {
    let played = play_in(script, PLAY_MODES[0]);
    let (mut stream, mut session) = (Vec::new(), vec![3, 0, 0, 0]);
    for (step, output) in script.steps.iter().zip(&played.output) {
        match &step.input {
            _ if step.link != LinkId::FIRST => {}
            Input::Broker(bytes) => {
                stream.extend(bytes);
                push_packets(&mut session, bytes);
            }
            Input::PowerCut => session.extend([31, 0, 0, 0]),
            Input::Store(StorageMode::Works) => session.extend([28, 0]),
            Input::Store(StorageMode::Fails) => session.extend([28, 1]),
            Input::Store(StorageMode::Holds) => session.push(27),
            _ => {}
        }
        let sent = output.brokers.get(&LinkId::FIRST);
        let sent = sent.map_or(&[][..], Vec::as_slice);
        stream.extend(sent);
        for packet in packets(sent) {
            session.extend(match packet[0] >> 4 {
                1 => [
                    0,
                    packet.get(9).map_or(0, |flags| (flags & 2) * 5 / 2),
                    25,
                    255,
                ],
                3 => [12, (packet[0] >> 1) & 3, 25, 255],
                8 => [16, 1, 25, 255],
                10 => [17, 1, 25, 255],
                _ => [25, 255, 20, 1],
            });
        }
    }
    let empty = |seed: &Vec<u8>| seed.len() > 4;
    [stream, session].into_iter().filter(empty).collect()
}

fn packets(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    while let Frame::Whole { len } = frame(bytes) {
        let (packet, rest) = bytes.split_at(len);
        packets.push(packet);
        bytes = rest;
    }
    packets
}

fn push_packets(session: &mut Vec<u8>, bytes: &[u8]) {
    for packet in packets(bytes).into_iter().filter(|it| it.len() <= 250) {
        push(session, 11, packet);
    }
}
