use crate::courier::Health;
use crate::format;
use crate::state::AppState;
use crate::state::providers::plot::{FEW, SIZE, plot};
use crate::ui::part::field::{self, button};
use crate::ui::part::local_time::local_time;
use crate::ui::providers::network_log::spaced;
use crate::worker::protocol::{ClearHealth, GetHealth};
use leptos::prelude::*;

/// How calls went, one card per model.
pub fn health(state: AppState) -> AnyView {
    state.refresh(GetHealth);
    let cards = move || {
        state.providers.with(|store| {
            let health = &store.health;
            if health.is_empty() {
                return crate::ui::part::field::hint("No completed calls yet.");
            }
            let clear =
                move || state.send(ClearHealth, "Health records cleared.", |state| state.refresh(GetHealth));
            view! {
                {health.iter().map(card).collect_view()}
                <div class="form-actions">{button("Clear health records".into(), clear)}</div>
            }
            .into_any()
        })
    };
    view! {
        <p class="hint">"From calls made in this browser. Stopped calls are not counted."</p>
        {cards}
    }
    .into_any()
}

fn card(health: &Health) -> AnyView {
    let millis = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), format::duration);
    let pace = health.tokens_per_second_p50.map_or_else(|| "–".to_owned(), |rate| format::fixed(rate, 1));
    let of = format!("{} of {}", format::count(health.succeeded.into()), format::count(health.calls.into()));
    let share = if health.calls < FEW {
        format!("{of} succeeded")
    } else {
        format!("{} ({of})", format::percent(health.succeeded.into(), health.calls.into()))
    };
    let errors =
        health.errors.iter().map(|(cause, count)| format!("{} × {count}", spaced(&format!("{cause:?}"))));
    let errors: Vec<String> = errors.collect();
    let errors = if errors.is_empty() { "none".to_owned() } else { errors.join(", ") };
    let figures = [
        ("Success", share),
        ("Time to first token, p50", millis(health.first_token_p50_millis)),
        ("Time to first token, p95", millis(health.first_token_p95_millis)),
        ("Tokens/s, p50", pace),
        ("Errors", errors),
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

/// A mark for each of few calls, in their order: what one failed call is among them.
fn few(health: &Health) -> AnyView {
    let failed: u32 = health.series.iter().map(|bucket| bucket.failures).sum();
    let succeeded: u32 =
        health.series.iter().map(|bucket| bucket.calls.saturating_sub(bucket.failures)).sum();
    if succeeded + failed == 0 {
        return ().into_any();
    }
    let label = format!(
        "{}: {succeeded} succeeded, {failed} failed",
        format::counted(u64::from(succeeded + failed), "call", "calls")
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
    let label = format!(
        "{}, {}, over {}; at most {} per interval, median time to first token at most {}",
        format::counted(health.calls.into(), "call", "calls"),
        format::counted(failures.into(), "failure", "failures"),
        format::counted(health.series.len() as u64, "interval", "intervals"),
        shapes.most_calls,
        format::duration(shapes.most_millis),
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
            <span class="plot-key-calls">"Calls, max. "{shapes.most_calls}</span>
            <span class="plot-key-failed">"Failed"</span>
            <span class="plot-key-line">"Median time to first token, max. "{format::duration(shapes.most_millis)}</span>
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
    let headings = ["From", "Calls", "Failed", "Time to first token, p50"];
    view! {
        <details class="more">
            <summary>"Show as table"</summary>
            {field::table("Calls over time", &headings, rows.collect())}
        </details>
    }
    .into_any()
}
