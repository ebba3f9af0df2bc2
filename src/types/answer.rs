use super::problem::host;
use super::{CallFailure, ChatEvent, NativeCitation, Usage, UserError};
use serde::{Deserialize, Serialize};

/// Where a column stands. `name` is also its `data-state` on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerState {
    /// Sent, nothing received yet.
    #[default]
    Waiting,
    /// Text is arriving.
    Streaming,
    /// Complete.
    Done,
    /// Stopped by the person.
    Stopped,
    /// Failed; the text so far stands.
    Failed,
    /// The page was closed while it was under way; what had been saved stands.
    Interrupted,
}

impl AnswerState {
    /// The word used on the page and in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => n!("waiting"),
            Self::Streaming => n!("streaming"),
            Self::Done => n!("done"),
            Self::Stopped => n!("stopped"),
            Self::Failed => n!("failed"),
            Self::Interrupted => n!("interrupted"),
        }
    }

    /// Whether nothing more will come.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Streaming)
    }
}

/// When things happened, in milliseconds after the request was handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// First text or reasoning.
    pub first_token_millis: Option<f64>,
    /// Newest event.
    pub last_event_millis: f64,
    /// End of the stream.
    pub total_millis: Option<f64>,
}

/// A column's reply so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Where it stands.
    pub state: AnswerState,
    /// The answer's Markdown.
    pub text: String,
    /// The model's reasoning, where it shows it.
    pub reasoning: String,
    /// What the host itself cites; unverified.
    pub citations: Vec<NativeCitation>,
    /// Token counts as reported.
    pub usage: Option<Usage>,
    /// Deltas of text received; an estimate of output tokens where none are reported.
    pub deltas: u32,
    /// Why generation ended, in the host's word.
    pub finish_reason: Option<String>,
    /// Why it failed.
    pub failure: Option<CallFailure>,
    /// When things happened.
    pub timing: Timing,
}

impl Answer {
    /// Bytes of text received.
    pub fn received_bytes(&self) -> usize {
        self.text.len() + self.reasoning.len()
    }

    /// Takes in one event that arrived `at_millis` after the request was handed over. Events after the end are ignored.
    pub fn apply(&mut self, event: &ChatEvent, at_millis: f64) {
        if self.state.is_over() {
            return;
        }
        self.timing.last_event_millis = at_millis;
        match event {
            ChatEvent::TextDelta(text) => {
                self.begin(at_millis);
                self.text.push_str(text);
                self.deltas += 1;
            }
            ChatEvent::ReasoningDelta(text) => {
                self.begin(at_millis);
                self.reasoning.push_str(text);
            }
            ChatEvent::Citation(citation) => self.citations.push(citation.clone()),
            ChatEvent::Usage(usage) => self.usage = Some(*usage),
            ChatEvent::Finish(reason) => self.finish_reason = Some(reason.clone()),
            ChatEvent::Failed(failure) => {
                self.failure = Some(failure.clone());
                self.end(AnswerState::Failed, at_millis);
            }
        }
    }

    /// Nothing more will come.
    pub fn end(&mut self, state: AnswerState, at_millis: f64) {
        if !self.state.is_over() {
            self.state = state;
            self.timing.total_millis = Some(at_millis);
        }
    }

    /// Why there is nothing to read, where it ended well and without text.
    pub fn empty_notice(&self) -> Option<UserError> {
        if self.state != AnswerState::Done || !self.text.trim().is_empty() {
            return None;
        }
        let reason = self.finish_reason.clone().unwrap_or_default();
        // `tool_calls` (OpenAI, Mistral), `tool_use` (Anthropic, Bedrock), `TOOL_CALL` (Cohere), `UNEXPECTED_TOOL_CALL` (Gemini).
        let lower = reason.to_lowercase();
        Some(if lower.contains("tool") || lower.contains("function_call") {
            host::called_tool(reason)
        } else if self.reasoning.trim().is_empty() {
            host::no_text(reason)
        } else {
            host::only_reasoning(reason)
        })
    }

    /// Output tokens and whether the host reported them (`true`) or they are estimated (`false`) at four characters each.
    pub fn output_tokens(&self) -> (u64, bool) {
        match self.usage.and_then(|usage| usage.output_tokens) {
            Some(tokens) => (tokens, true),
            None => (estimate_tokens(&self.text) + estimate_tokens(&self.reasoning), false),
        }
    }

    /// Output tokens a second between the first token and the end, once there is enough of both to tell.
    pub fn tokens_per_second(&self) -> Option<f64> {
        let first = self.timing.first_token_millis?;
        let last = self.timing.total_millis.unwrap_or(self.timing.last_event_millis);
        let (tokens, _) = self.output_tokens();
        (last - first >= 50.0 && tokens > 1).then(|| (tokens - 1) as f64 * 1000.0 / (last - first))
    }

    fn begin(&mut self, at_millis: f64) {
        self.state = AnswerState::Streaming;
        self.timing.first_token_millis.get_or_insert(at_millis);
    }
}

/// About how many tokens `text` has: four bytes each, the rule of thumb for English.
fn estimate_tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(text: &str, reasoning: &str, reason: Option<&str>) -> Option<String> {
        let answer = Answer {
            state: AnswerState::Done,
            text: text.into(),
            reasoning: reasoning.into(),
            finish_reason: reason.map(str::to_owned),
            ..Answer::default()
        };
        answer.empty_notice().map(|notice| notice.code.name().to_owned())
    }

    #[test]
    fn an_answer_without_text_says_why() {
        assert_eq!(ended("Six minutes.", "", Some("stop")), None);
        for reason in ["tool_calls", "tool_use", "TOOL_CALL", "UNEXPECTED_TOOL_CALL", "function_call"] {
            assert_eq!(ended(" \n", "", Some(reason)).as_deref(), Some("host.called_tool"), "{reason}");
        }
        assert_eq!(ended("", "Let me think", Some("length")).as_deref(), Some("host.only_reasoning"));
        assert_eq!(ended("", "", Some("stop")).as_deref(), Some("host.no_text"));
        assert_eq!(ended("", "", None).as_deref(), Some("host.no_text"));
        let stopped = Answer { state: AnswerState::Stopped, ..Answer::default() };
        assert_eq!(stopped.empty_notice(), None);
    }
}
