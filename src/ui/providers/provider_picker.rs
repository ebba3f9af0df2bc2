use crate::messages::{lookup, text};
use crate::state::AppState;
use crate::state::providers::catalogue::{GROUPS, is_found, matches};
use crate::types::{Cors, CorsStatus, Dialect, ProviderRow};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::problem;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Who answers in a new column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Quotes the best sentences.
    Extractive,
    /// The model in the tab.
    SmolLm2,
    /// Chrome's own.
    Chrome,
    /// A row of the catalogue, by its id.
    Row(String),
    /// A custom address.
    Custom,
}

/// The systems, searched as one types, grouped, with what is known of calls from a page.
#[component]
pub fn ProviderPicker(
    /// The one chosen.
    choice: RwSignal<Choice>,
    /// Hears of another one.
    choose: Callback<Choice>,
) -> impl IntoView {
    let state = AppState::get();
    let query = RwSignal::new(String::new());
    // Not the rows themselves: what else the courier tells must not redraw the list under a person's hands.
    let count = Memo::new(move |_| state.providers.with(|store| store.rows.len()));
    let is_loading =
        Memo::new(move |_| count.get() == 0 && state.providers.with(|store| store.no_catalogue.is_none()));
    let list = NodeRef::<html::Div>::new();
    // The provider used last may stand far down a long list; asked again when the rows have come.
    Effect::new(move || {
        count.get();
        if matches!(choice.get_untracked(), Choice::Row(_))
            && let Some(list) = list.get()
            && let Ok(Some(chosen)) = list.query_selector(":checked")
            && let Ok(Some(row)) = chosen.closest("label")
        {
            let list: web_sys::HtmlElement = list.into();
            list.set_scroll_top(
                row.unchecked_into::<web_sys::HtmlElement>().offset_top() - list.client_height() / 2,
            );
        }
    });
    let groups = move || {
        count.get();
        state
            .providers
            .with_untracked(|store| query.with(|query| groups(&store.rows, query, (choice, choose))))
    };
    view! {
        <div class="provider-picker">
            <div class="field">
                <label for="find-provider">{t!("Find a provider")}</label>
                <input
                    id="find-provider"
                    type="search"
                    autocomplete="off"
                    placeholder=t!("name or model")
                    on:input=listener(move |event| query.set(event_target_value(&event)))
                />
            </div>
            {live(move || state.providers.with(|store| store.no_catalogue.clone()).map(|user_error| view! {
                <p class="hint">{t!("The list of providers could not be loaded: {reason}", reason = problem::message(&user_error))}</p>
            }))}
            {live(move || is_loading.get().then(|| view! { <p class="hint" role="status">{t!("Loading providers…")}</p> }))}
            <div class="provider-list" node_ref=list>{groups}</div>
        </div>
    }
    .into_any()
}

/// The one chosen, and who hears of another one.
type Chosen = (RwSignal<Choice>, Callback<Choice>);

fn groups(rows: &[ProviderRow], query: &str, choice: Chosen) -> AnyView {
    let built_in = [
        (Choice::Extractive, t!("Extractive quotes"), t!("quotes the best sentences of the evidence")),
        (Choice::SmolLm2, "SmolLM2 135M", t!("runs in this tab; small, no key, no network")),
        (Choice::Chrome, t!("Chrome's built-in model"), t!("runs in this browser; no key")),
    ];
    let built_in: Vec<AnyView> = built_in
        .into_iter()
        .filter(|(_, name, about)| matches(query, &format!("{name} {about} {}", t!("Built in"))))
        .map(|(value, name, about)| option(choice, value, name.into(), about.into(), None))
        .collect();
    let mut groups = vec![group(t!("Built in"), built_in)];
    for (wanted, heading) in GROUPS {
        let found =
            rows.iter().filter(|row| row.group == wanted && row.retired.is_none() && is_found(row, query));
        let found = found.map(|row| {
            option(
                choice,
                Choice::Row(row.id.clone()),
                row.name.clone(),
                lookup(&row.about).to_owned(),
                Some(&row.cors),
            )
        });
        groups.push(group(text(heading), found.collect()));
    }
    let about = t!("any server with one of {count} APIs", count = Dialect::ALL.len());
    let custom = matches(query, &format!("{} {about} url", t!("Custom endpoint")))
        .then(|| option(choice, Choice::Custom, t!("Custom endpoint").into(), about, None));
    groups.push(group(t!("Custom"), custom.into_iter().collect()));
    let gone = rows.iter().filter(|row| row.retired.is_some() && is_found(row, query)).map(retired);
    groups.push(group(t!("Discontinued"), gone.collect()));
    if groups.iter().all(Option::is_none) {
        return crate::ui::part::field::hint(t!(
            "No provider found. Clear the search and choose Custom endpoint to use any address."
        ));
    }
    groups.into_iter().flatten().collect_view().into_any()
}

fn group(heading: &'static str, options: Vec<AnyView>) -> Option<AnyView> {
    (!options.is_empty())
        .then(|| view! { <fieldset><legend>{heading}</legend>{options}</fieldset> }.into_any())
}

fn option(
    (choice, choose): Chosen,
    value: Choice,
    name: String,
    about: String,
    cors: Option<&Cors>,
) -> AnyView {
    let own = value.clone();
    view! {
        <label class="choice" title=about>
            <input
                type="radio"
                name="provider"
                prop:checked=sig(move || choice.with(|chosen| *chosen == own))
                on:change=listener(move |_| choose.run(value.clone()))
            />
            <span class="choice-name">{name}</span>
            {cors.and_then(cors_badge)}
        </label>
    }
    .into_any()
}

fn retired(row: &ProviderRow) -> AnyView {
    view! {
        <label class="choice">
            <input type="radio" name="provider" disabled/>
            <span class="choice-name">{row.name.clone()}" "<span class="hint">{row.retired.as_deref().map(|why| lookup(why).to_owned())}</span></span>
        </label>
    }
    .into_any()
}

/// What calls from a page are known to meet, in a word; the date and the source are said beside it.
pub fn cors_badge(cors: &Cors) -> Option<AnyView> {
    let (word, class) = match cors.status {
        CorsStatus::Allowed => (t!("Works in the browser"), "badge good"),
        CorsStatus::Configurable => (t!("Enable CORS on the server"), "badge plain"),
        CorsStatus::Unproven => (t!("Not verified"), "badge plain"),
        CorsStatus::Blocked => (t!("Needs a proxy"), "badge warn"),
        CorsStatus::NotNeeded => return None,
    };
    Some(view! { " "<span class=class title=seen(cors)>{word}</span> }.into_any())
}

/// When and where that was seen.
pub fn seen(cors: &Cors) -> String {
    t!("seen {date}, {source}", date = cors.seen, source = cors.source)
}
