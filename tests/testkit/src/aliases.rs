//! Topic aliases of one direction of a connection (clause 3.3.2.3.4 of MQTT 5).

use std::collections::BTreeMap;

/// Which topic each alias means.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    most: u16,
    topics: BTreeMap<u16, String>,
}

impl Aliases {
    /// Those of a connection whose receiver takes so many.
    pub fn new(most: u16) -> Self {
        Self {
            most,
            topics: BTreeMap::new(),
        }
    }

    /// How the sender names a topic: whole or by its alias, or both.
    pub fn shorten(&mut self, topic: String) -> (String, Option<u16>) {
        let known = self.topics.iter().find(|(_, known)| **known == topic);
        if let Some((alias, _)) = known {
            return (String::new(), Some(*alias));
        }
        let next = self.topics.len() as u16 + 1;
        if next > self.most {
            return (topic, None);
        }
        self.topics.insert(next, topic.clone());
        (topic, Some(next))
    }

    /// Which topic the receiver is told.
    ///
    /// # Errors
    /// Where the sender may not use that alias.
    pub fn resolve(&mut self, topic: &str, alias: Option<u32>) -> Result<String, String> {
        let Some(alias) = alias else {
            return Ok(topic.to_owned());
        };
        let alias = u16::try_from(alias).unwrap_or_default();
        if alias == 0 || alias > self.most {
            return Err(format!("alias {alias} where {} are taken", self.most));
        }
        if !topic.is_empty() {
            self.topics.insert(alias, topic.to_owned());
        }
        let known = self.topics.get(&alias).cloned();
        known.ok_or_else(|| format!("alias {alias} means no topic"))
    }
}
