//! The events of an answer with the key that was sent masked: a host that repeats it would put it on the screen, into history and
//! exports.

use crate::provider::Key;
use crate::types::ChatEvent;

/// Masks one key in one answer and its failure, wherever the stream divides it.
#[derive(Debug, Default)]
pub(super) struct KeyMask {
    key: Option<Key>,
    /// The end of the text so far, as far as a key may begin there.
    held: String,
    /// What is held is reasoning.
    in_reasoning: bool,
}

impl KeyMask {
    /// For the key that a request carries, if any.
    pub fn new(key: Option<Key>) -> Self {
        Self { key, ..Self::default() }
    }

    /// Whether there is a key to mask.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The same events without the key. Text in which it may begin comes with a later event.
    pub fn mask(&mut self, events: Vec<ChatEvent>) -> Vec<ChatEvent> {
        let Some(key) = self.key.clone() else { return events };
        let mut masked = Vec::with_capacity(events.len());
        for event in events {
            match event {
                ChatEvent::TextDelta(text) => masked.extend(self.take(&key, &text, false)),
                ChatEvent::ReasoningDelta(text) => masked.extend(self.take(&key, &text, true)),
                event @ (ChatEvent::Citation(_) | ChatEvent::Usage(_)) => masked.push(event),
                ChatEvent::Finish(reason) => {
                    masked.extend(self.rest());
                    masked.push(ChatEvent::Finish(key.redact(&reason)));
                }
                ChatEvent::Failed(mut failure) => {
                    masked.extend(self.rest());
                    failure.error.change_texts(&|text| key.redact(text));
                    masked.push(ChatEvent::Failed(failure));
                }
            }
        }
        masked
    }

    /// What was held back, at the end of the stream.
    pub fn rest(&mut self) -> Option<ChatEvent> {
        delta(std::mem::take(&mut self.held), self.in_reasoning)
    }

    fn take(&mut self, key: &Key, text: &str, in_reasoning: bool) -> impl Iterator<Item = ChatEvent> + use<> {
        // A key does not go on from reasoning to the answer.
        let rest = if in_reasoning == self.in_reasoning { None } else { self.rest() };
        self.in_reasoning = in_reasoning;
        self.held.push_str(text);
        let mut ready = key.redact(&self.held);
        self.held = ready.split_off(ready.len() - key.begins_at_end(&ready));
        rest.into_iter().chain(delta(ready, in_reasoning))
    }
}

fn delta(text: String, in_reasoning: bool) -> Option<ChatEvent> {
    match (text.is_empty(), in_reasoning) {
        (true, _) => None,
        (false, true) => Some(ChatEvent::ReasoningDelta(text)),
        (false, false) => Some(ChatEvent::TextDelta(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-CANARY-7f3e9a51c2d84b60";

    fn masked(key: &str, pieces: &[&str]) -> (String, usize) {
        let mut mask = KeyMask::new(Some(Key::new(key).unwrap()));
        let mut events: Vec<ChatEvent> = Vec::new();
        for piece in pieces {
            events.extend(mask.mask(vec![ChatEvent::TextDelta((*piece).to_owned())]));
        }
        let before_end = events.len();
        events.extend(mask.mask(vec![ChatEvent::Finish("stop".into())]));
        let text = |event: &ChatEvent| match event {
            ChatEvent::TextDelta(text) => text.clone(),
            _ => String::new(),
        };
        (events.iter().map(text).collect(), before_end)
    }

    #[test]
    fn a_key_is_masked_wherever_the_stream_divides_it() {
        let text = format!("Your key is {KEY}, isn't it? {KEY}");
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let (shown, _) = masked(KEY, &[&text[..at], &text[at..]]);
            assert_eq!(shown, "Your key is ••••••••, isn't it? ••••••••", "divided at {at}");
        }
        let single: Vec<String> = text.chars().map(String::from).collect();
        let (shown, _) = masked(KEY, &single.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!shown.contains("CANARY"), "{shown}");
    }

    #[test]
    fn other_text_is_as_it_came() {
        for text in ["Flasks and tasks", "sk-CANARY-7f3e", "sk-CANARY-7f3sk-CANARY", "ski – 今 s"] {
            let single: Vec<String> = text.chars().map(String::from).collect();
            let (shown, _) = masked(KEY, &single.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(shown, text);
        }
        // Nothing is held back that no key begins with.
        assert_eq!(masked(KEY, &["one ", "two ", "three"]).1, 3);
        // A key of a few letters is no secret.
        assert_eq!(masked("k", &["keeper"]).0, "keeper");
    }

    #[test]
    fn what_is_held_stays_what_it_was() {
        let mut mask = KeyMask::new(Some(Key::new(KEY).unwrap()));
        let events = mask.mask(vec![
            ChatEvent::ReasoningDelta("thinks".into()),
            ChatEvent::TextDelta("k-CANARY-7f3e9a51c2d84b60 s".into()),
        ]);
        let expected = [
            ChatEvent::ReasoningDelta("think".into()),
            ChatEvent::ReasoningDelta("s".into()),
            ChatEvent::TextDelta("k-CANARY-7f3e9a51c2d84b60 ".into()),
        ];
        assert_eq!(events, expected);
        assert_eq!(mask.rest(), Some(ChatEvent::TextDelta("s".into())));
    }
}
