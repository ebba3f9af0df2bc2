use crate::types::Fit;

/// What the context limit cut, in a sentence; nothing where all of the evidence is sent.
pub fn cut(fit: &Fit) -> Option<String> {
    let Fit { passages_sent: sent, passages_total: total, cut_tokens: cut, .. } = *fit;
    if fit.is_whole() {
        return None;
    }
    Some(if fit.last_cut {
        t!(
            "Context limit: sent {sent} of {total} passages, the last one truncated ({cut} tokens omitted).",
            sent = sent,
            total = total,
            cut = cut,
        )
    } else {
        t!(
            "Context limit: sent {sent} of {total} passages ({cut} tokens omitted).",
            sent = sent,
            total = total,
            cut = cut,
        )
    })
}
