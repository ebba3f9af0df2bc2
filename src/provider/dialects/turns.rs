//! Messages → turns for hosts that want user and model to alternate and refuse empty texts.

use crate::types::{Message, Role};

/// Standing instructions together; nothing when there are none.
pub(super) fn instructions(messages: &[Message]) -> Option<String> {
    let texts: Vec<&str> = messages
        .iter()
        .filter(|message| message.role == Role::System && !message.content.trim().is_empty())
        .map(|message| message.content.as_str())
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// The rest, blank messages left out and neighbours of one role joined by a blank line.
pub(super) fn turns(messages: &[Message]) -> Vec<Message> {
    let mut turns: Vec<Message> = Vec::new();
    for message in messages {
        if message.role == Role::System || message.content.trim().is_empty() {
            continue;
        }
        match turns.last_mut() {
            Some(last) if last.role == message.role => {
                last.content.push_str("\n\n");
                last.content.push_str(&message.content);
            }
            _ => turns.push(message.clone()),
        }
    }
    turns
}
