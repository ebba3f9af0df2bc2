use crate::courier::SpendingReport;
use crate::format;
use crate::state::AppState;
use crate::state::providers::money::{per_million, usd};
use crate::types::{Price, Spending, SpendingLimits};
use crate::ui::part::erased::{listener, live};
use crate::ui::part::field::{Field, bound, button, hint, table};
use crate::worker::protocol::{CustomPrice, GetSpending, PriceSource, RefreshPrices, SetLimits, SetPrice};
use leptos::prelude::*;

/// What was spent, limits, and the price list.
pub fn spending(state: AppState) -> AnyView {
    state.refresh(GetSpending);
    let store = state.providers;
    let is_loaded = Memo::new(move |_| store.with(|store| store.spending.is_some()));
    live(move || if is_loaded.get() { report(state) } else { hint(t!("Loading…")) })
}

fn report(state: AppState) -> AnyView {
    let shown = move |show: fn(AppState, &SpendingReport) -> AnyView| {
        live(move || state.providers.with(|store| store.spending.as_ref().map(|report| show(state, report))))
    };
    // What was typed stays while the limits stand as they did.
    let limits = Memo::new(move |_| {
        state.providers.with(|store| store.spending.as_ref().map(|report| report.limits)).unwrap_or_default()
    });
    view! {
        <section class="panel-part">
            <h3>{t!("Spent")}</h3>
            {shown(days)}
        </section>
        <section class="panel-part">
            <h3>{t!("Limits")}</h3>
            <p class="hint">{t!("All providers together, as counted by this browser. Above the daily limit, requests are blocked for the day.")}</p>
            {live(move || limits_form(state, limits.get()))}
        </section>
        <section class="panel-part">
            <h3>{t!("Prices")}</h3>
            {shown(price_list)}
            <div class="button-row">{refresh_buttons(state)}</div>
            {price_form(state)}
            {shown(overrides)}
        </section>
    }
    .into_any()
}

fn price_list(_: AppState, report: &SpendingReport) -> AnyView {
    let text = match report.list.as_str() {
        "" => t!("No price list.").into(),
        list => t!("Price list: {list}", list = list),
    };
    view! { <p>{text}</p> }.into_any()
}

fn refresh(state: AppState) {
    state.refresh(GetSpending);
}

fn days(_: AppState, report: &SpendingReport) -> AnyView {
    if report.days.is_empty() {
        return hint(t!("No provider calls yet."));
    }
    let row = |day: &Spending| {
        let calls = match day.unpriced {
            0 => format::count(day.calls.into()),
            unpriced => {
                t!("{calls} ({unpriced} unpriced)", calls = day.calls, unpriced = unpriced)
            }
        };
        let dollars = if day.unpriced == day.calls { format::NOTHING.to_owned() } else { usd(day.usd) };
        vec![
            day.day.clone(),
            day.provider.clone(),
            dollars,
            calls,
            format::count(day.input_tokens),
            format::count(day.output_tokens),
        ]
    };
    let headings = [t!("Day"), t!("Provider"), t!("Cost"), t!("Calls"), t!("Tokens in"), t!("Tokens out")];
    let caption = t!("By provider and day, in US dollars. Unpriced calls are not included in the cost.");
    table(caption, &headings, report.days.iter().map(row).collect())
}

/// A number of dollars as typed; nothing where there is none.
fn dollars(signal: RwSignal<String>) -> Option<f64> {
    crate::browser::number(&signal.get_untracked()).filter(|dollars| *dollars >= 0.0)
}

fn number(label: &str, signal: RwSignal<String>) -> AnyView {
    bound(Field { label: label.into(), kind: "number", ..Field::default() }, signal)
}

/// Up to eight decimals, without the zeros behind.
fn plain(dollars: f64) -> String {
    format::fixed(dollars, 8).trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn limits_form(state: AppState, limits: SpendingLimits) -> AnyView {
    let shown = |limit: Option<f64>| RwSignal::new(limit.map(plain).unwrap_or_default());
    let (alert, stop) = (shown(limits.alert_usd), shown(limits.stop_usd));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let limits = SpendingLimits { alert_usd: dollars(alert), stop_usd: dollars(stop) };
        state.send(SetLimits(limits), t!("Limits saved."), refresh);
    };
    view! {
        <form class="form" on:submit=listener(save)>
            <div class="form-row">
                {number(t!("Daily warning ($)"), alert)}
                {number(t!("Daily limit ($)"), stop)}
                <button class="button" type="submit">{t!("Save limits")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn refresh_buttons(state: AppState) -> AnyView {
    [
        (t!("Refresh from OpenRouter"), PriceSource::OpenRouter),
        (t!("Refresh from models.dev"), PriceSource::ModelsDev),
        (t!("Use the built-in list"), PriceSource::BuiltIn),
    ]
    .map(|(label, source)| {
        button(label.into(), move || {
            state.send(RefreshPrices(source), t!("Price list updated."), refresh);
        })
    })
    .collect_view()
    .into_any()
}

fn price_form(state: AppState) -> AnyView {
    let signals: [RwSignal<String>; 5] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let [provider, model, input, output, cached] = signals;
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let price = Price {
            input_usd: dollars(input),
            output_usd: dollars(output),
            cached_usd: dollars(cached),
            ..Price::default()
        };
        let named = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let verb = SetPrice { provider: named(provider), model: named(model), price: Some(price) };
        signals.into_iter().for_each(|signal| signal.set(String::new()));
        state.send(verb, t!("Custom price saved."), refresh);
    };
    let name = |label: &str, placeholder: &str, signal| {
        let field = Field {
            label: label.into(),
            placeholder: placeholder.into(),
            required: true,
            ..Field::default()
        };
        bound(field, signal)
    };
    view! {
        <form class="form" on:submit=listener(save)>
            <fieldset>
                <legend>{t!("Custom price ($ per 1M tokens)")}</legend>
                <div class="form-row">
                    {name(t!("Provider"), t!("openai, or a host name"), provider)}
                    {name(t!("Model"), t!("Model ID"), model)}
                </div>
                <div class="form-row">
                    {number(t!("Input"), input)}
                    {number(t!("Output"), output)}
                    {number(t!("Cached"), cached)}
                    <button class="button" type="submit">{t!("Save price")}</button>
                </div>
            </fieldset>
        </form>
    }
    .into_any()
}

fn overrides(state: AppState, report: &SpendingReport) -> AnyView {
    let row = |CustomPrice { provider, model, price }: &CustomPrice| {
        let verb = StoredValue::new((provider.clone(), model.clone()));
        let remove = move || {
            let (provider, model) = verb.get_value();
            let verb = SetPrice { provider, model, price: None };
            state.send(verb, t!("Custom price removed."), refresh);
        };
        let cached =
            price.cached_usd.map(|dollars| format!(", {}", t!("cached {price}", price = usd(dollars))));
        view! {
            <li>
                <span>{provider.clone()}" · "<code>{model.clone()}</code></span>
                <span class="number">{per_million(Some(price))}{cached}</span>
                {button(t!("Remove").into(), remove)}
            </li>
        }
    };
    view! { <ul class="keys">{report.custom_prices.iter().map(row).collect_view()}</ul> }.into_any()
}
