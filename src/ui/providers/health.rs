use crate::courier::Health;
use crate::format;
use crate::state::AppState;
use crate::state::providers::plot::{FEW, SIZE, plot};
use crate::types::FailureCause;
use crate::ui::part::field::{self, button};
use crate::ui::part::local_time::local_time;
use crate::worker::protocol::{ClearHealth, GetHealth};
use leptos::prelude::*;

/// How calls went, one card per model.
pub fn health(state: AppState) -> AnyView {
    state.refresh(GetHealth);
    let cards = move || {
        state.providers.with(|store| {
            let health = &store.health;
            if health.is_empty() {
                return crate::ui::part::field::hint(t!("No completed calls yet."));
            }
            let clear = move || {
                state.send(ClearHealth, t!("Health records cleared."), |state| state.refresh(GetHealth))
            };
            view! {
                {health.iter().map(card).collect_view()}
                <div class="form-actions">{button(t!("Clear health records").into(), clear)}</div>
            }
            .into_any()
        })
    };
    view! {
        <p class="hint">{t!("From calls made in this browser. Stopped calls are not counted.")}</p>
        {cards}
    }
    .into_any()
}

fn card(health: &Health) -> AnyView {
    let millis = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), format::duration);
    let pace = health.tokens_per_second_p50.map_or_else(|| "–".to_owned(), |rate| format::decimal(rate, 1));
    let (succeeded, calls) = (health.succeeded, health.calls);
    let share = if calls < FEW {
        t!("{succeeded} of {calls} succeeded", succeeded = succeeded, calls = calls)
    } else {
        let percent = format::percent(succeeded.into(), calls.into());
        t!("{percent} ({succeeded} of {calls})", percent = percent, succeeded = succeeded, calls = calls)
    };
    let errors = health.errors.iter().map(|(cause, count)| format!("{} × {count}", cause_name(*cause)));
    let errors: Vec<String> = errors.collect();
    let errors = if errors.is_empty() { t!("none").to_owned() } else { errors.join(", ") };
    let figures = [
        (t!("Success"), share),
        (t!("Time to first token, p50"), millis(health.first_token_p50_millis)),
        (t!("Time to first token, p95"), millis(health.first_token_p95_millis)),
        (t!("Tokens/s, p50"), pace),
        (t!("Errors"), errors),
    ]
    .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <section class="panel-part health">
            <h3>{health.provider.clone()}" · "<code>{health.model.clone()}</code></h3>
            <dl class="figures">{figures.collect_view()}</dl>
            {if health.calls < FEW { few(health) } else { drawing(health) }}
            {table(health)}
        </section>
    }
    .into_any()
}

fn cause_name(cause: FailureCause) -> &'static str {
    match cause {
        FailureCause::Offline => t!("offline"),
        FailureCause::Unreachable => t!("unreachable"),
        FailureCause::Cors => t!("CORS"),
        FailureCause::MixedContent => t!("mixed content"),
        FailureCause::Unauthorized => t!("unauthorized"),
        FailureCause::NotFound => t!("not found"),
        FailureCause::RateLimited => t!("rate limited"),
        FailureCause::QuotaUsedUp => t!("quota used up"),
        FailureCause::BrowserForbidden => t!("browser forbidden"),
        FailureCause::LocalNetworkDenied => t!("local network denied"),
        FailureCause::OverBudget => t!("over budget"),
        FailureCause::BadRequest => t!("bad request"),
        FailureCause::HostError => t!("host error"),
        FailureCause::CutOff => t!("cut off"),
        FailureCause::TimedOut => t!("timed out"),
        FailureCause::Garbled => t!("garbled"),
        FailureCause::Model => t!("model error"),
        FailureCause::Crashed => t!("crashed"),
        FailureCause::NoEvidence => t!("no evidence"),
        FailureCause::TooLong => t!("too long"),
    }
}

/// A mark for each of few calls, in their order: what one failed call is among them.
fn few(health: &Health) -> AnyView {
    let failed: u32 = health.series.iter().map(|bucket| bucket.failures).sum();
    let succeeded: u32 =
        health.series.iter().map(|bucket| bucket.calls.saturating_sub(bucket.failures)).sum();
    if succeeded + failed == 0 {
        return ().into_any();
    }
    let label = t!(
        "{count} {count#call|calls}: {succeeded} succeeded, {failed} failed",
        count = succeeded + failed,
        succeeded = succeeded,
        failed = failed,
    );
    let marks = health.series.iter().flat_map(|bucket| {
        let good = bucket.calls.saturating_sub(bucket.failures) as usize;
        let good = std::iter::repeat_n(("health-mark", "✓"), good);
        good.chain(std::iter::repeat_n(("health-mark failed", "✕"), bucket.failures as usize))
    });
    let marks = marks.map(|(class, mark)| view! { <span class=class>{mark}</span> });
    view! { <p class="health-marks" role="img" aria-label=label>{marks.collect_view()}</p> }.into_any()
}

/// Bars: calls, the failed ones in them; line: median first token.
fn drawing(health: &Health) -> AnyView {
    let shapes = plot(&health.series);
    if shapes.bars.is_empty() {
        return ().into_any();
    }
    let (width, height) = SIZE;
    let failures: u32 = health.series.iter().map(|bucket| bucket.failures).sum();
    let label = t!(
        "{calls} {calls#call|calls}, {failures} {failures#failure|failures}, over {intervals} {intervals#interval|intervals}; at most {most} per interval, median time to first token at most {time}",
        calls = health.calls,
        failures = failures,
        intervals = health.series.len(),
        most = shapes.most_calls,
        time = format::duration(shapes.most_millis),
    );
    let rect = |class: &'static str, x: f64, width: f64, tall: f64| {
        (tall > 0.0).then(|| view! { <rect class=class x=format::fixed(x, 1) y=format::fixed(height - tall, 1) width=format::fixed(width, 1) height=format::fixed(tall, 1)/> })
    };
    let bars = shapes.bars.iter().map(|(x, width, calls, failed)| {
        (rect("plot-calls", *x, *width, *calls), rect("plot-failed", *x, *width, *failed))
    });
    let lines = shapes.lines.iter().map(|points| view! {
        <polyline class="plot-line" points=points.clone() fill="none" stroke-width="1.5" vector-effect="non-scaling-stroke"/>
    });
    view! {
        <svg class="plot" role="img" aria-label=label viewBox=format!("0 0 {} {}", format::fixed(width, 0), format::fixed(height, 0)) preserveAspectRatio="none">
            {bars.collect_view()}
            {lines.collect_view()}
        </svg>
        <p class="plot-key hint">
            <span class="plot-key-calls">{t!("Calls, max. {count}", count = shapes.most_calls)}</span>
            <span class="plot-key-failed">{t!("Failed")}</span>
            <span class="plot-key-line">{t!("Median time to first token, max. {time}", time = format::duration(shapes.most_millis))}</span>
        </p>
    }
    .into_any()
}

/// The same as numbers.
fn table(health: &Health) -> AnyView {
    let rows = health.series.iter().map(|bucket| {
        let from = local_time(bucket.from_millis);
        let first = bucket.first_token_p50_millis.map_or_else(|| "–".to_owned(), format::duration);
        vec![from, bucket.calls.to_string(), bucket.failures.to_string(), first]
    });
    let headings = [t!("From"), t!("Calls"), t!("Failed"), t!("Time to first token, p50")];
    view! {
        <details class="more">
            <summary>{t!("Show as table")}</summary>
            {field::table(t!("Calls over time"), &headings, rows.collect())}
        </details>
    }
    .into_any()
}
