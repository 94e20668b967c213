//! Texts in which `*` stands for any.

/// A text in which `*` stands for any text, also for none.
#[derive(Clone, Debug)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether all of a text is like this.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((front, rest)) = self.0.split_once('*') else {
            return self.0 == text;
        };
        let Some(mut text) = text.strip_prefix(front) else {
            return false;
        };
        let mut parts: Vec<_> = rest.split('*').collect();
        let end = parts.pop().unwrap_or_default();
        for part in parts {
            let Some((_, behind)) = text.split_once(part) else {
                return false;
            };
            text = behind;
        }
        text.ends_with(end)
    }
}
