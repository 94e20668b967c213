//! Properties a host gives one by one, for the next command that takes properties.

use crate::buffer::{Buf, Full};
use crate::modem::connect_properties::ConnectProperties;
use crate::modem::headers::{self, Header, Headers};
use crate::mqtt::carrier::Carrier;
use crate::mqtt::property::{Properties, Property, PropertyValue, SUB_ID, USER};

/// The most bytes they take in all, as they are sent.
pub(crate) const MOST: usize = 8192;

/// Properties of MQTT 5 and headers of WebSocket. The command that takes them has all of
/// them to its end; what is given after that begins anew.
#[derive(Debug)]
pub(crate) struct PropertyList<'a> {
    /// The properties as a packet has them, then the headers, each as two texts.
    bytes: Buf<'a>,
    /// Bytes of the properties.
    properties: u16,
    /// Whether a command has taken them.
    taken: bool,
}

impl<'a> PropertyList<'a> {
    pub(crate) fn new(memory: Buf<'a>) -> Self {
        Self {
            bytes: memory.bounded(MOST),
            properties: 0,
            taken: false,
        }
    }

    /// Gives memory of the heap back; returns how much is used then.
    pub(crate) fn trim(&mut self) -> usize {
        self.bytes.trim()
    }

    /// The most bytes they take in all, as they are sent.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// A command that takes properties begins: those that wait are its.
    #[inline]
    pub(crate) fn take(&mut self) {
        if !self.bytes.is_empty() {
            self.take_all();
        }
    }

    #[cold]
    fn take_all(&mut self) {
        if self.taken {
            self.clear();
        } else {
            self.taken = true;
        }
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        (self.properties, self.taken) = (0, false);
    }

    /// Adds a property, in place of what it had unless it may be there more than once;
    /// where it does not fit, that stays.
    pub(crate) fn put(
        &mut self,
        property: &Property,
        value: PropertyValue<'_>,
    ) -> Result<(), Full> {
        self.begin();
        let old = Some(property).filter(|it| **it != USER);
        let old = old.and_then(|property| self.place(property));
        let size = 1 + value.size();
        if self.bytes.free() + old.map_or(0, |(_, len)| len) < size {
            return Err(Full);
        }
        if let Some((at, len)) = old {
            self.bytes.remove(at, len);
            self.properties -= len as u16;
        }
        property.write(value, &mut self.bytes).map_err(|_| Full)?;
        // Before the headers.
        let behind = self.bytes.as_mut_slice().get_mut(self.properties.into()..);
        behind.ok_or(Full)?.rotate_right(size);
        self.properties += size as u16;
        Ok(())
    }

    /// Adds a property before those the present command has taken, from the command itself.
    pub(crate) fn lead(
        &mut self,
        property: &Property,
        value: PropertyValue<'_>,
    ) -> Result<(), Full> {
        self.taken = false;
        let added = self.put(property, value);
        self.taken = !self.bytes.is_empty();
        added?;
        let block = self.bytes.as_mut_slice().get_mut(..self.properties.into());
        block.ok_or(Full)?.rotate_right(1 + value.size());
        Ok(())
    }

    /// Adds a header.
    pub(crate) fn put_header(&mut self, header: Header<'_>) -> Result<(), Full> {
        self.begin();
        headers::write(header, &mut self.bytes)
    }

    fn begin(&mut self) {
        if self.taken {
            self.clear();
        }
    }

    /// Where a property stands, and its length.
    fn place(&self, property: &Property) -> Option<(usize, usize)> {
        let mut at = 0;
        for (known, value) in &Properties::unchecked(self.block()) {
            let len = 1 + value.size();
            if known == property {
                return Some((at, len));
            }
            at += len;
        }
        None
    }

    fn block(&self) -> &[u8] {
        let block = self.bytes.as_slice().get(..self.properties.into());
        block.unwrap_or_default()
    }

    fn headers(&self) -> Headers<'_> {
        let behind = self.bytes.behind(self.properties.into());
        Headers::unchecked(behind.unwrap_or_default())
    }

    /// Those that no command has taken.
    pub(crate) fn waiting(&self) -> ConnectProperties<'_> {
        if self.taken {
            return ConnectProperties::default();
        }
        ConnectProperties {
            user: Properties::unchecked(self.block()),
            headers: self.headers(),
        }
    }

    /// Those the present command has taken, where all of them are such as `carrier` may
    /// have from a host.
    #[inline]
    pub(crate) fn taken(&self, carrier: Carrier) -> Option<Properties<'_>> {
        if self.bytes.is_empty() || !self.taken {
            return Some(Properties::NONE);
        }
        self.headers()
            .is_empty()
            .then(|| self.of(carrier))
            .flatten()
    }

    /// The same, with headers.
    pub(crate) fn taken_with_headers(&self, carrier: Carrier) -> Option<ConnectProperties<'_>> {
        if !self.taken {
            return Some(ConnectProperties::default());
        }
        Some(ConnectProperties {
            user: self.of(carrier)?,
            headers: self.headers(),
        })
    }

    #[cold]
    fn of(&self, carrier: Carrier) -> Option<Properties<'_>> {
        let properties = Properties::parse(carrier, self.block()).ok()?;
        // It is for the broker to say which subscriptions a message is for.
        let foreign = carrier == Carrier::Publish && properties.has(&SUB_ID);
        (!foreign).then_some(properties)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::property::{CONTENT_TYPE, EXPIRY, REASON, SESSION_EXPIRY, WILL_DELAY};
    use std::vec::Vec;

    const TYPE: PropertyValue<'_> = PropertyValue::Text("text/plain");

    #[test]
    fn the_last_value_counts_and_user_properties_add_up_in_order() {
        let mut memory = [0; 64];
        let mut list = PropertyList::new(Buf::lent(&mut memory));
        list.put(&CONTENT_TYPE, PropertyValue::Text("a")).unwrap();
        list.put(&USER, PropertyValue::Pair("k", "1")).unwrap();
        list.put_header(("Authorization", "x")).unwrap();
        list.put(&CONTENT_TYPE, TYPE).unwrap();
        list.put(&USER, PropertyValue::Pair("k", "2")).unwrap();
        let waiting = list.waiting();
        let expected = [
            (&USER, PropertyValue::Pair("k", "1")),
            (&CONTENT_TYPE, TYPE),
            (&USER, PropertyValue::Pair("k", "2")),
        ];
        assert_eq!(waiting.user.iter().collect::<Vec<_>>(), expected);
        assert_eq!(
            waiting.headers.iter().collect::<Vec<_>>(),
            [("Authorization", "x")]
        );
    }

    #[test]
    fn what_does_not_fit_leaves_what_was() {
        let mut memory = [0; 16];
        let mut list = PropertyList::new(Buf::lent(&mut memory));
        list.put(&CONTENT_TYPE, TYPE).unwrap();
        assert_eq!(list.put(&EXPIRY, PropertyValue::Four(1)), Err(Full));
        assert_eq!(list.put_header(("a", "")), Err(Full));
        let long = PropertyValue::Text("12345678901234");
        assert_eq!(list.put(&CONTENT_TYPE, long), Err(Full));
        let shown: Vec<_> = list.waiting().user.iter().collect();
        assert_eq!(shown, [(&CONTENT_TYPE, TYPE)]);
    }

    #[test]
    fn a_command_takes_all_of_them_and_the_next_one_none() {
        let mut memory = [0; 64];
        let mut list = PropertyList::new(Buf::lent(&mut memory));
        list.put(&EXPIRY, PropertyValue::Four(7)).unwrap();
        assert_eq!(list.taken(Carrier::Publish), Some(Properties::NONE));
        list.take();
        let taken = list.taken(Carrier::Publish).unwrap();
        assert_eq!(taken.number(&EXPIRY), Some(7));
        assert!(list.waiting().user.is_empty());
        list.take();
        assert_eq!(list.taken(Carrier::Publish), Some(Properties::NONE));
        list.put(&EXPIRY, PropertyValue::Four(8)).unwrap();
        list.take();
        list.put(&CONTENT_TYPE, TYPE).unwrap();
        assert_eq!(list.waiting().user.number(&EXPIRY), None);
    }

    #[test]
    fn what_a_command_says_itself_leads_those_it_has_taken() {
        const AT_ONCE: PropertyValue<'_> = PropertyValue::Four(0);
        let mut memory = [0; 20];
        let mut list = PropertyList::new(Buf::lent(&mut memory));
        list.lead(&SESSION_EXPIRY, AT_ONCE).unwrap();
        let taken = list.taken(Carrier::Disconnect).unwrap();
        assert_eq!(
            taken.iter().collect::<Vec<_>>(),
            [(&SESSION_EXPIRY, AT_ONCE)]
        );
        list.put(&REASON, TYPE).unwrap();
        list.put_header(("a", "b")).unwrap();
        list.take();
        assert_eq!(list.lead(&SESSION_EXPIRY, AT_ONCE), Err(Full));
        list.clear();
        list.put(&REASON, TYPE).unwrap();
        list.take();
        list.lead(&SESSION_EXPIRY, AT_ONCE).unwrap();
        let taken = list.taken(Carrier::Disconnect).unwrap();
        let expected = [(&SESSION_EXPIRY, AT_ONCE), (&REASON, TYPE)];
        assert_eq!(taken.iter().collect::<Vec<_>>(), expected);
        assert!(list.waiting().user.is_empty());
    }

    #[test]
    fn a_command_refuses_what_is_not_for_it() {
        for (property, value, carrier, fits) in [
            (&EXPIRY, PropertyValue::Four(1), Carrier::Publish, true),
            (&EXPIRY, PropertyValue::Four(1), Carrier::Will, true),
            (&EXPIRY, PropertyValue::Four(1), Carrier::Subscribe, false),
            (&WILL_DELAY, PropertyValue::Four(1), Carrier::Will, true),
            (&WILL_DELAY, PropertyValue::Four(1), Carrier::Publish, false),
            (&SUB_ID, PropertyValue::Varint(1), Carrier::Subscribe, true),
            (&SUB_ID, PropertyValue::Varint(1), Carrier::Publish, false),
            (&REASON, TYPE, Carrier::Disconnect, true),
            (&REASON, TYPE, Carrier::Connect, false),
            (&USER, PropertyValue::Pair("", ""), Carrier::Connect, true),
        ] {
            let mut memory = [0; 64];
            let mut list = PropertyList::new(Buf::lent(&mut memory));
            list.put(property, value).unwrap();
            list.take();
            assert_eq!(list.taken(carrier).is_some(), fits, "{}", property.name);
        }
        let mut memory = [0; 64];
        let mut list = PropertyList::new(Buf::lent(&mut memory));
        list.put_header(("a", "b")).unwrap();
        list.take();
        assert_eq!(list.taken(Carrier::Connect), None);
        let taken = list.taken_with_headers(Carrier::Connect).unwrap();
        assert_eq!(taken.headers.iter().collect::<Vec<_>>(), [("a", "b")]);
    }
}
