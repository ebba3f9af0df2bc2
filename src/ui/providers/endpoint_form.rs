use crate::messages::{lookup, text as translated};
use crate::provider::catalogue::preview;
use crate::state::providers::auth::{AUTHS, auth_name, auth_named};
use crate::state::providers::catalogue::{address, host_of};
use crate::state::providers::compare::default;
use crate::state::{AppState, CheckState};
use crate::types::{AuthKind, CorsStatus, Dialect, Endpoint, ProviderGroup, ProviderRow, Route};
use crate::ui::part::field::{Field, bound, select, text};
use crate::ui::providers::key_field::KeyInput;
use crate::ui::providers::model_field::model_field;
use crate::ui::providers::provider_picker::{Choice, seen};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What is typed about a server. Its shape follows the choice and the API only, so that typing redraws nothing.
#[derive(Clone, Copy)]
pub struct Draft {
    // Taken when made: an event finds no context.
    state: AppState,
    choice: RwSignal<Choice>,
    dialect: RwSignal<Dialect>,
    auth: RwSignal<AuthKind>,
    url_params: RwSignal<BTreeMap<String, String>>,
    base_url: RwSignal<String>,
    /// The model's name.
    pub model: RwSignal<String>,
    /// Models ticked beside it, to be added at once.
    pub more: RwSignal<Vec<String>>,
    /// The key, until the courier has it.
    pub key: KeyInput,
}

impl Draft {
    /// As `endpoint` has it.
    pub fn of(choice: RwSignal<Choice>, endpoint: Endpoint) -> Self {
        let draft = Self {
            state: AppState::get(),
            choice,
            dialect: RwSignal::default(),
            auth: RwSignal::default(),
            url_params: RwSignal::default(),
            base_url: RwSignal::default(),
            model: RwSignal::default(),
            more: RwSignal::default(),
            key: KeyInput::new(),
        };
        draft.fill(endpoint);
        draft
    }

    /// Starts over for what was chosen: with the endpoint used last there, else with what is default.
    pub fn restart(self) {
        let state = self.state;
        let id = match self.choice.get_untracked() {
            Choice::Row(id) => id,
            _ => String::new(),
        };
        let same = |endpoint: &&Endpoint| {
            endpoint.provider == id || (id.is_empty() && endpoint.provider == "custom")
        };
        let used =
            state.settings.with_untracked(|settings| settings.endpoints.iter().rev().find(same).cloned());
        self.fill(used.unwrap_or_else(|| {
            first(state.providers.with_untracked(|store| store.row(&id).cloned()).as_ref())
        }));
        self.model.set(String::new());
        self.more.set(Vec::new());
        self.key.take();
        state.checking.set(CheckState::Idle);
    }

    /// Starts over with what is default at `row`, or with a param address.
    pub fn begin(self, row: Option<&ProviderRow>) {
        self.fill(first(row));
        self.model.set(row.and_then(|row| row.models.first().cloned()).unwrap_or_default());
        self.key.take();
    }

    /// The models that are wanted, each once: the one typed, then those ticked; tracks them.
    pub fn models(self) -> Vec<String> {
        let mut models = self.more.get();
        models.insert(0, self.model.get());
        let mut wanted: Vec<String> = Vec::new();
        for model in models {
            let model = model.trim();
            if !model.is_empty() && wanted.iter().all(|known| known != model) {
                wanted.push(model.to_owned());
            }
        }
        wanted
    }

    /// How the key is shown and which wire format is chosen; tracks both.
    pub fn shape(self) -> (Dialect, AuthKind) {
        (self.dialect.get(), self.auth.get())
    }

    fn fill(self, endpoint: Endpoint) {
        self.dialect.set(endpoint.dialect);
        self.auth.set(endpoint.auth);
        self.url_params.set(endpoint.url_params);
        self.base_url.set(endpoint.base_url);
    }

    /// The endpoint as typed; tracks everything typed but model and key.
    pub fn endpoint(self, row: Option<&ProviderRow>) -> Endpoint {
        let mut base_url = self.base_url.get().trim().to_owned();
        let mut url_params = BTreeMap::new();
        let (mut dialect, mut auth) = (self.dialect.get(), self.auth.get());
        let route = row.and_then(|row| route(row, dialect));
        if let Some(route) = route {
            dialect = route.dialect;
            // Of all that was ever typed only this route's own.
            self.url_params.with(|typed| {
                for param in route.url_params.iter().filter(|_| !row.is_some_and(is_local)) {
                    let value = typed.get(&param.name).map(|value| value.trim().to_owned());
                    url_params.insert(param.name.clone(), value.unwrap_or_default());
                }
            });
            // A server that usually wants no key gets one where one is held.
            if auth == AuthKind::Default && route.auth.first() == Some(&AuthKind::None) {
                auth = route.auth.get(1).copied().unwrap_or_default();
            }
        }
        let default = |route: &Route| base_url == preview(&route.base, &route.url_params, &url_params);
        if !row.is_some_and(is_local) && route.is_some_and(default) {
            base_url.clear();
        }
        Endpoint {
            id: 0,
            name: match row {
                Some(row) => row.name.clone(),
                None => host_of(&base_url).to_owned(),
            },
            provider: row.map(|row| row.id.clone()).unwrap_or_default(),
            dialect,
            url_params,
            base_url,
            auth,
        }
    }
}

/// What is default at a row; nothing is typed yet.
fn first(row: Option<&ProviderRow>) -> Endpoint {
    let route = row.and_then(|row| row.routes.first());
    let local = row.filter(|row| is_local(row)).and(route);
    Endpoint {
        base_url: local.map(template).unwrap_or_default(),
        dialect: route.map(|route| route.dialect).unwrap_or_default(),
        url_params: route.map(|route| default(&route.url_params)).unwrap_or_default(),
        ..Endpoint::default()
    }
}

fn is_local(row: &ProviderRow) -> bool {
    row.group == ProviderGroup::Local
}

fn route(row: &ProviderRow, dialect: Dialect) -> Option<&Route> {
    row.routes.iter().find(|route| route.dialect == dialect).or(row.routes.first())
}

/// The base URL as it usually is.
fn template(route: &Route) -> String {
    preview(&route.base, &route.url_params, &BTreeMap::new())
}

/// Where the server is, how it is spoken to, its key and the model. A check lists the models or tells the true cause why not.
/// `several` lets a person tick more than one model.
pub fn endpoint_fields(draft: Draft, row: Option<ProviderRow>, several: bool) -> AnyView {
    let state = AppState::get();
    let row = StoredValue::new(row);
    let endpoint = move || row.with_value(|row| draft.endpoint(row.as_ref()));
    let address = Memo::new(move |_| row.with_value(|row| address(row.as_ref(), &endpoint())));
    let complete = Memo::new(move |_| {
        let address = address.get();
        !address.trim().is_empty()
            && !address.contains("{")
            && !address.contains("//.")
            && is_filled(row, &endpoint())
    });
    let check = Callback::new(move |()| {
        state.check(untrack(endpoint), draft.key.take(), draft.model.get_untracked().trim().to_owned());
    });
    let models = row.with_value(|row| row.as_ref().map(|row| row.models.clone()).unwrap_or_default());
    let shape = move || {
        let (dialect, auth) = (draft.dialect.get(), draft.auth.get());
        row.with_value(|row| fields(draft, row.as_ref(), dialect, auth, address.into()))
    };
    view! {
        <fieldset>
            <legend>{row.with_value(|row| row.as_ref().map_or_else(|| t!("Custom endpoint").into(), |row| row.name.clone()))}</legend>
            {row.with_value(|row| row.as_ref().map(about))}
            {shape}
            {model_field(draft.model, several.then_some(draft.more), models, check, complete.into())}
        </fieldset>
    }
    .into_any()
}

/// Whether every param without a default value has one.
fn is_filled(row: StoredValue<Option<ProviderRow>>, endpoint: &Endpoint) -> bool {
    row.with_value(|row| {
        let route = row.as_ref().and_then(|row| crate::state::providers::catalogue::route_of(row, endpoint));
        !endpoint.base_url.is_empty()
            || route.is_none_or(|route| {
                let has = |name| endpoint.url_params.get(name).is_some_and(|value| !value.is_empty());
                route.url_params.iter().all(|param| has(&param.name) || !param.default.is_empty())
            })
    })
}

/// What is known of the provider, with date and source.
pub(in crate::ui) fn about(row: &ProviderRow) -> AnyView {
    let cors = &row.cors;
    let meets = match cors.status {
        CorsStatus::Allowed => t!("Works in the browser"),
        CorsStatus::Configurable => t!("Works in the browser once CORS is enabled on the server"),
        CorsStatus::Unproven => t!("Not verified in the browser"),
        CorsStatus::Blocked => t!("Blocked in the browser: use a proxy"),
        CorsStatus::NotNeeded => t!("No network needed"),
    };
    view! {
        <p class="hint">{lookup(&row.about).to_owned()}</p>
        <p class="hint">{format!("{meets} ({}). {}", seen(cors), lookup(&cors.fix))}</p>
    }
    .into_any()
}

/// Address, key and what is rarer, of a row or of a custom address.
pub(in crate::ui) fn fields(
    draft: Draft,
    row: Option<&ProviderRow>,
    dialect: Dialect,
    auth: AuthKind,
    address: Signal<String>,
) -> AnyView {
    let Some(row) = row else { return custom(draft, dialect, auth, address) };
    let Some(route) = route(row, dialect) else { return ().into_any() };
    let api = (row.routes.len() > 1).then(|| {
        let label = |route: &Route| {
            let text = if route.label.is_empty() { route.dialect.label() } else { &route.label };
            (route.dialect.name().to_owned(), text.to_owned())
        };
        api(draft, row.routes.iter().map(label).collect(), route.dialect, row.routes.clone())
    });
    let default_auth = route.auth.first().copied().unwrap_or_default();
    let shown = if auth == AuthKind::Default { default_auth } else { auth };
    let local = is_local(row);
    // A local server that usually wants no key may still have been given one.
    let key = draft.key.fields(
        if local && shown == AuthKind::None { AuthKind::Bearer } else { shown },
        route.key_optional,
        Some(row),
        address,
    );
    let auths = (route.auth.len() > 1 && !local).then(|| auth_select(draft, &route.auth, shown));
    if local {
        return view! { {api} {base_url(draft, String::new())} {key} }.into_any();
    }
    let url_params = route.url_params.iter().map(|param| blank_field(draft, param.clone())).collect_view();
    let gateway = Field {
        label: t!("Gateway base URL").into(),
        kind: "url",
        placeholder: "http://localhost:4000".into(),
        hint: Some(
            t!("Your own proxy, such as LiteLLM, for providers that do not allow calls from browsers. Your key is sent there.")
                .into_any(),
        ),
        ..Field::default()
    };
    let open = draft.base_url.with_untracked(|url| !url.is_empty());
    view! {
        {api}
        <div class="form-row">{url_params}</div>
        {key}
        <details class="more" open=open>
            <summary>{t!("More")}</summary>
            {bound(gateway, draft.base_url)}
            {auths}
        </details>
    }
    .into_any()
}

fn custom(draft: Draft, dialect: Dialect, auth: AuthKind, address: Signal<String>) -> AnyView {
    let dialects = Dialect::ALL.map(|dialect| (dialect.name().to_owned(), dialect.label().to_owned()));
    let key = if auth == AuthKind::Default { AuthKind::Bearer } else { auth };
    let reference = dialect.reference();
    view! {
        {api(draft, dialects.to_vec(), dialect, Vec::new())}
        <a class="get-key" href=reference target="_blank" rel="noopener noreferrer nofollow">{t!("API reference")}</a>
        {base_url(draft, "http://localhost:11434/v1".into())}
        {draft.key.fields(key, false, None, address)}
        <details class="more" open=auth != AuthKind::Default>
            <summary>{t!("More")}</summary>
            {auth_select(draft, &AUTHS.map(|(auth, ..)| auth), auth)}
        </details>
    }
    .into_any()
}

/// Choosing another API begins with its default way to show the key, and with its default address where that was not changed.
fn api(draft: Draft, options: Vec<(String, String)>, chosen: Dialect, routes: Vec<Route>) -> AnyView {
    let set = move |name: String| {
        let dialect = Dialect::from_name(&name).unwrap_or_default();
        let known = |wanted: Dialect| routes.iter().find(|route| route.dialect == wanted).map(template);
        if let (Some(before), Some(now)) = (known(chosen), known(dialect))
            && draft.base_url.with_untracked(|url| *url == before)
        {
            draft.base_url.set(now);
        }
        draft.auth.set(AuthKind::Default);
        draft.dialect.set(dialect);
    };
    select(t!("API"), options, chosen.name(), Callback::new(set))
}

fn auth_select(draft: Draft, auths: &[AuthKind], chosen: AuthKind) -> AnyView {
    let offered = AUTHS.iter().filter(|(auth, ..)| auths.contains(auth));
    let options = offered.map(|(_, name, label)| ((*name).to_owned(), translated(label).to_owned()));
    let set = move |name: String| draft.auth.set(auth_named(&name));
    select(t!("Key is sent as"), options.collect(), auth_name(chosen), Callback::new(set))
}

pub(in crate::ui) fn base_url(draft: Draft, placeholder: String) -> AnyView {
    let field =
        Field { label: t!("Base URL").into(), kind: "url", placeholder, required: true, ..Field::default() };
    bound(field, draft.base_url)
}

fn blank_field(draft: Draft, param: crate::types::UrlParam) -> AnyView {
    let (name, own) = (param.name.clone(), param.name);
    let value = Signal::derive(move || {
        draft.url_params.with(|url_params| url_params.get(&name).cloned().unwrap_or_default())
    });
    let set = move |value| draft.url_params.update(|url_params| drop(url_params.insert(own.clone(), value)));
    let required = param.default.is_empty();
    text(
        Field { label: param.label, placeholder: param.example, required, ..Field::default() },
        value,
        Callback::new(set),
    )
}
