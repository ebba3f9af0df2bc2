use crate::types::{Message, Role, Run};

/// What the model that condenses is asked to do (the "standalone question" of conversational retrieval: Anantha et al. 2021,
/// QReCC).
const INSTRUCTION: &str = "Rewrite the follow-up question so that it can be understood without the conversation before it. \
Replace pronouns and omissions by what they refer to. Keep its language. Do not answer it. \
Reply with the rewritten question only.";
/// Most characters of an answer that the model is shown: enough to know what pronouns refer to.
const MAX_ANSWER_CHARS: usize = 1_500;
/// A reply longer than this is no question.
const MAX_QUESTION_CHARS: usize = 1_000;

/// The conversation by which a model condenses `follow_up` on `run` into one question. The answer shown to it is the first
/// complete one.
pub fn condense_messages(run: &Run, follow_up: &str) -> Vec<Message> {
    let message = |role, content: String| Message { role, content };
    let mut answers = run.answers.iter().map(|answer| answer.answer.text.trim());
    let answer = answers.find(|text| !text.is_empty()).unwrap_or("(no answer)");
    let shown: String = answer.chars().take(MAX_ANSWER_CHARS).collect();
    let user = format!(
        "Question:\n{}\n\nAnswer:\n{shown}\n\nFollow-up question:\n{}\n\nRewritten question:",
        run.question.trim(),
        follow_up.trim()
    );
    vec![message(Role::System, INSTRUCTION.to_owned()), message(Role::User, user)]
}

/// The question in a model's reply: its first line that is not empty, without quotes and labels around it. Nothing when the
/// reply is no question (empty, or as long as an answer).
pub fn condensed(reply: &str) -> Option<String> {
    let line = reply.lines().map(str::trim).find(|line| !line.is_empty())?;
    let label = ["Rewritten question:", "Question:"];
    let line = label.iter().find_map(|label| line.strip_prefix(label)).unwrap_or(line);
    let line = line.trim().trim_matches(['"', '“', '”', '*', '`']).trim();
    (!line.is_empty() && line.chars().count() <= MAX_QUESTION_CHARS).then(|| line.to_owned())
}

/// The two questions in one, for a follow-up without a model.
pub fn joined(run: &Run, follow_up: &str) -> String {
    let before = run.question.trim();
    // Chains of follow-ups would grow without end: the last question of a joined one is the one that counts.
    let before = before.lines().last().unwrap_or(before);
    format!("{before}\n{}", follow_up.trim())
}
