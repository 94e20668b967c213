//! The host of the modem: its commands, and what it reads.

use super::{Stopped, StoreWorld};
use mqmodem_testkit::block::DiskFault;

impl StoreWorld {
    /// What a command answers before OK; it is tried until that is written.
    pub(in crate::store) fn command(&mut self, line: &str) -> Result<Vec<String>, Stopped> {
        loop {
            let lines = self.try_command(line)?;
            if lines.iter().any(|line| line == "OK") {
                return Ok(lines);
            }
            assert!(
                self.around.trouble.fault != DiskFault::Stop,
                "{line}: {lines:?}"
            );
            self.failures += 1;
            assert!(self.failures < 20, "{line}: {lines:?}");
            self.wait()?;
        }
    }

    pub(in crate::store) fn try_command(&mut self, line: &str) -> Result<Vec<String>, Stopped> {
        self.write_lines(line, 1)
    }

    /// Carries out lines that come at once; each that fails is tried again.
    pub(in crate::store) fn commands(&mut self, lines: &[String]) -> Result<(), Stopped> {
        let said = self.write_lines(&lines.join("\r"), lines.len())?;
        let results = said.iter().filter(|line| is_result(line));
        let results: Vec<_> = results.map(|result| result == "OK").collect();
        let failed = lines.iter().zip(results).filter(|(_, ok)| !ok);
        for (line, _) in failed {
            self.command(line)?;
        }
        Ok(())
    }

    /// What is said until so many lines are answered.
    fn write_lines(&mut self, lines: &str, count: usize) -> Result<Vec<String>, Stopped> {
        self.around.written.clear();
        self.around.host.extend(format!("{lines}\r").as_bytes());
        self.settle()?;
        for _ in 0..10 {
            let said = self.lines();
            if said.iter().filter(|line| is_result(line)).count() == count {
                return Ok(said);
            }
            self.wait()?;
        }
        panic!("{lines}: {:?}", self.lines());
    }

    /// What was written since the last command.
    fn lines(&self) -> Vec<String> {
        let written = std::str::from_utf8(&self.around.written).unwrap();
        let lines = written.lines().filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    pub(in crate::store) fn connect(&mut self) -> Result<(), Stopped> {
        if !self.is_connected {
            self.command("AT+MQTTCONNECT")?;
            self.is_connected = true;
        }
        Ok(())
    }

    pub(in crate::store) fn disconnect(&mut self) -> Result<(), Stopped> {
        if self.is_connected {
            self.command("AT+MQTTDISCONNECT")?;
            self.is_connected = false;
        }
        Ok(())
    }

    /// Reads and takes over until nothing waits.
    pub(in crate::store) fn read_all(&mut self) -> Result<(), Stopped> {
        loop {
            let lines = self.command("AT+MQTTREAD")?;
            let found = lines
                .iter()
                .find_map(|line| line.strip_prefix("+MQTTREAD:"));
            let Some((number, rest)) = found.and_then(|line| line.split_once(',')) else {
                return Ok(());
            };
            let payload = rest.rsplit_once(',').unwrap().1.to_owned();
            let before = self.read.insert(number.to_owned(), payload.clone());
            assert!(before.is_none_or(|before| before == payload));
            self.command(&format!("AT+MQTTACK={number}"))?;
        }
    }
}

fn is_result(line: &str) -> bool {
    line == "OK" || line == "ERROR"
}
