use crate::format;
use crate::state::ColumnView;
use crate::state::providers::money::usd;
use crate::types::{Attempt, Cost, ModelRef};
use crate::ui::part::erased::live;
use crate::ui::part::problem;
use leptos::prelude::*;

/// What an answer took: retrieval, first token, pace, total, tokens, and the hash of the evidence it got.
#[component]
pub fn Metrics(
    /// The column.
    view: RwSignal<ColumnView>,
) -> impl IntoView {
    let rows = Memo::new(move |_| view.with(rows));
    view! {
        <dl class="metrics" tabindex="0">
            {live(move || {
                rows.get()
                    .into_iter()
                    .map(|(name, value, title)| view! {
                        <div title=title>
                            <dt>{name}</dt>
                            <dd>{value}</dd>
                        </div>
                    })
                    .collect_view()
            })}
        </dl>
    }
    .into_any()
}

fn rows(view: &ColumnView) -> Vec<(&'static str, String, String)> {
    let Some(answer) = &view.head else { return Vec::new() };
    let none = || "–".to_owned();
    let millis = |value: Option<f64>| value.map_or_else(none, format::duration);
    let (output, reported) = answer.output_tokens;
    let (input, input_reported) = match answer.usage.and_then(|usage| usage.input_tokens) {
        Some(tokens) => (Some(tokens), true),
        None => {
            (view.sent.as_ref().map(|sent| u64::from(sent.fit.tokens)).filter(|tokens| *tokens > 0), false)
        }
    };
    let tokens = |tokens: u64, reported: bool| {
        format!("{}{}", if reported { "" } else { "≈ " }, format::count(tokens))
    };
    let source = |reported: bool| {
        if reported { t!("reported by the provider") } else { t!("estimated at four characters per token") }
            .to_owned()
    };
    let retrieval = view.evidence.as_ref().map(|evidence| evidence.timing.total_millis);
    let mut rows = vec![
        (t!("Retrieval"), millis(retrieval), t!("search time, once for all columns").to_owned()),
        (
            t!("First token"),
            millis(answer.timing.first_token_millis),
            t!("from sending the request to the first token").to_owned(),
        ),
        (
            t!("Tokens/s"),
            answer.tokens_per_second.map_or_else(none, |rate| format::decimal(rate, 1)),
            t!("after the first token").to_owned(),
        ),
        (
            t!("Total"),
            millis(answer.timing.total_millis),
            t!("from sending the request to the end").to_owned(),
        ),
        (t!("In"), input.map_or_else(none, |count| tokens(count, input_reported)), source(input_reported)),
        (t!("Out"), tokens(output, reported), source(reported)),
    ];
    let usage = answer.usage.unwrap_or_default();
    for (name, count, title) in [
        (t!("Reasoning"), usage.reasoning_tokens, t!("reasoning tokens, included in the output")),
        (t!("Cached"), usage.cached_tokens, t!("prompt tokens read from the provider's cache")),
    ] {
        if let Some(count) = count.filter(|count| *count > 0) {
            rows.push((name, format::count(count), title.to_owned()));
        }
    }
    if matches!(view.column.model, ModelRef::Remote { .. }) && answer.state.is_over() {
        rows.push(match &view.cost {
            Some(cost) => (t!("Cost"), usd(cost.usd), cost_title(cost)),
            None => (t!("Cost"), format::NOTHING.to_owned(), t!("no known price for this model").to_owned()),
        });
    }
    if view.attempts.len() > 1 {
        rows.push((
            t!("Attempts"),
            format::count(view.attempts.len() as u64),
            attempts_title(&view.attempts),
        ));
    }
    rows.extend(evidence_rows(view));
    rows
}

/// The hash of the run's evidence, and of what was sent of it where that is not all.
fn evidence_rows(view: &ColumnView) -> Vec<(&'static str, String, String)> {
    let mut rows = Vec::new();
    if let Some(sent) = &view.sent
        && let Some(hash) = sent.evidence_sha256
    {
        rows.push((t!("Evidence"), hash.short(), t!("SHA-256 of the run's evidence: {hash}", hash = hash)));
        if let Some(cut) = sent.cut_sha256() {
            let fit = &sent.fit;
            let text = t!(
                "{sent} of {total} ({hash})",
                sent = fit.passages_sent,
                total = fit.passages_total,
                hash = cut.short()
            );
            rows.push((t!("Sent"), text, t!("SHA-256 of the evidence text sent: {cut}", cut = cut)));
        }
    }
    rows
}

/// A line an attempt: how long it took, and why there was another one.
fn attempts_title(attempts: &[Attempt]) -> String {
    let line = |attempt: &Attempt| {
        let took = format::duration(attempt.took_millis);
        let pause = attempt
            .pause_millis
            .map(|millis| format!(" {}", t!("Retried after {time}.", time = format::duration(millis))));
        match &attempt.failure {
            Some(failure) => {
                format!("{took}: {}{}", problem::message(&failure.error), pause.unwrap_or_default())
            }
            None => t!("{took}: answered", took = took),
        }
    };
    attempts.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn cost_title(cost: &Cost) -> String {
    let tokens = if cost.reported { t!("tokens reported by the provider") } else { t!("estimated tokens") };
    t!("by {source}, {tokens}", source = cost.source, tokens = tokens)
}
