use crate::courier::Purpose;
use crate::state::providers::catalogue::address;
use crate::state::providers::compare::{HostRow, hosts};
use crate::state::providers::money::per_million;
use crate::state::{AppState, Dialog, MAX_COLUMNS};
use crate::types::{Column, Endpoint, ModelRef, UserError, problem};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use crate::ui::part::field::{Field, bound, button, select, unique};
use crate::ui::providers::provider_picker::cors_badge;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;

/// A host that may be ticked, with what is typed for it.
#[derive(Clone)]
struct Entry {
    row: StoredValue<HostRow>,
    ticked: RwSignal<bool>,
    url_params: Vec<(String, RwSignal<String>)>,
    key: RwSignal<String>,
}

impl Entry {
    fn new(row: HostRow) -> Self {
        let url_params =
            row.url_params.iter().map(|param| (param.name.clone(), RwSignal::new(param.default.clone())));
        Self {
            url_params: url_params.collect(),
            row: StoredValue::new(row),
            ticked: RwSignal::new(false),
            key: RwSignal::new(String::new()),
        }
    }

    /// As typed; tracks the url_params.
    fn endpoint(&self) -> Endpoint {
        let mut url_params = BTreeMap::new();
        for (name, value) in &self.url_params {
            url_params.insert(name.clone(), value.get().trim().to_owned());
        }
        self.row.with_value(|row| Endpoint { url_params, ..row.endpoint.clone() })
    }

    fn address(&self) -> String {
        let endpoint = self.endpoint();
        self.row.with_value(|row| address(Some(&row.provider), &endpoint))
    }

    fn is_filled(&self) -> bool {
        self.url_params.iter().all(|(_, value)| value.with(|value| !value.trim().is_empty()))
    }
}

/// Columns of one model at several hosts.
#[component]
pub fn Compare() -> impl IntoView {
    let state = AppState::get();
    state.load_catalogue();
    let family = RwSignal::new(0_usize);
    let user_error = RwSignal::new(None::<UserError>);
    let count = Memo::new(move |_| state.providers.with(|store| store.rows.len()));
    let entries = Memo::new_with_compare(
        move |_| {
            count.get();
            state.providers.with_untracked(|store| {
                let found = store.families.get(family.get()).map(|family| hosts(family, &store.rows));
                found.unwrap_or_default().into_iter().map(Entry::new).collect::<Vec<_>>()
            })
        },
        |_, _| true,
    );
    let ticked =
        Memo::new(move |_| entries.with(|entries| entries.iter().filter(|entry| entry.ticked.get()).count()));
    let filled =
        move || entries.with(|entries| entries.iter().all(|entry| !entry.ticked.get() || entry.is_filled()));
    let room = move || MAX_COLUMNS.saturating_sub(state.session.columns.len());
    let can_add = move || (1..=room()).contains(&ticked.get()) && filled();
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let chosen: Vec<Entry> = entries.with_untracked(|entries| {
            entries.iter().filter(|entry| entry.ticked.get_untracked()).cloned().collect()
        });
        if !untrack(can_add) {
            return;
        }
        let chosen: Vec<(Endpoint, String, String)> = chosen
            .iter()
            .map(|entry| {
                let key = entry.key.get_untracked();
                entry.key.set(String::new());
                (untrack(|| entry.endpoint()), entry.row.with_value(|row| row.model.clone()), key)
            })
            .collect();
        spawn_local(async move {
            // All keys first: columns are added at once or not at all.
            for (endpoint, _, key) in &chosen {
                if let Err(failure) = state.give_key(endpoint, Purpose::Chat, key.clone()).await {
                    let error = problem::with::endpoint(endpoint.name.as_str(), failure.error);
                    return user_error.set(Some(error));
                }
            }
            for (endpoint, model, _) in chosen {
                let endpoint = state.endpoint_for(endpoint);
                let model = ModelRef::Remote { endpoint, model };
                state.add_column(Column::new(state.new_column_id(), model));
            }
            state.view.dialog.set(None);
        });
    };
    let models = move || {
        count.get();
        let options: Vec<(String, String)> = state.providers.with_untracked(|store| {
            store
                .families
                .iter()
                .enumerate()
                .map(|(at, family)| (at.to_string(), family.name.clone()))
                .collect()
        });
        if options.is_empty() {
            return crate::ui::part::field::hint(t!("The list of models could not be loaded."));
        }
        select(
            t!("Model"),
            options,
            "0",
            Callback::new(move |at: String| family.set(at.parse().unwrap_or(0))),
        )
    };
    let label = move || match ticked.get() {
        1 => t!("Add 1 column").into(),
        count => t!("Add {count} columns", count = count),
    };
    let rows = move || entries.with(|entries| entries.iter().map(|entry| host(state, entry)).collect_view());
    view! {
        <Modal title=t!("Compare hosts") wide=true>
            <form class="form" on:submit=listener(add)>
                <p class="hint">
                    {t!("The same model at several providers, side by side, with the same question and evidence.")}
                </p>
                {models}
                <div class="table-scroll" tabindex="0" role="group" aria-label=t!("Hosts")>
                    <table class="table compare">
                        <thead>
                            <tr>
                                <th scope="col">{t!("Provider and key")}</th>
                                <th scope="col" title=t!("US dollars per 1M tokens, input / output")>{t!("$ in / out")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {live(move || field::user_error(user_error.get()))}
                <div class="form-actions">
                    <span class="hint" role="status">
                        {live(move || t!("At most {most} columns; {count} more can be added.", most = MAX_COLUMNS, count = room()))}
                    </span>
                    {button(t!("One provider").into(), move || state.view.dialog.set(Some(Dialog::AddColumn)))}
                    <button
                        class="button primary"
                        type="submit"
                        disabled=sig(move || !can_add())
                    >
                        {label}
                    </button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}

fn host(state: AppState, entry: &Entry) -> AnyView {
    let row = entry.row.get_value();
    let name = row.provider.name.clone();
    let (id, ticked) = (unique(), entry.ticked);
    let url_params = row.url_params.iter().zip(&entry.url_params).map(|(param, (_, value))| {
        let label = t!("{field} of {name}", field = param.label, name = name);
        bound(Field { label, placeholder: param.example.clone(), ..Field::default() }, *value)
    });
    let (own, key, optional) = (entry.clone(), entry.key, row.key_optional);
    let held = Memo::new(move |_| !state.key_held(&own.address()).is_empty());
    let label = t!("API key of {name}", name = name);
    let access = move || {
        if held.get() {
            return view! { <span class="badge good">{t!("Key saved")}</span> }.into_any();
        }
        let placeholder = if optional { t!("Optional") } else { "" }.to_owned();
        bound(Field { label: label.clone(), kind: "password", placeholder, ..Field::default() }, key)
    };
    view! {
        <tr>
            <th scope="row">
                <span class="choice">
                    <input
                        type="checkbox"
                        id=id.clone()
                        prop:checked=sig(move || ticked.get())
                        on:change=listener(move |event| ticked.set(event_target_checked(&event)))
                    />
                    <label for=id>{name.clone()}</label>
                    {cors_badge(&row.provider.cors)}
                </span>
                <code>{row.model.clone()}</code>
                <div class="form-row">{url_params.collect_view()}{live(access)}</div>
            </th>
            <td class="number" title=row.price.as_ref().map(|price| price.source.clone())>{per_million(row.price.as_ref())}</td>
        </tr>
    }
    .into_any()
}
