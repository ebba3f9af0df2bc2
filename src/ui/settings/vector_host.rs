use crate::courier::Purpose;
use crate::messages::text;
use crate::state::AppState;
use crate::state::providers::catalogue::{address, host_of};
use crate::types::{AuthKind, EmbedderRef, Endpoint, ProviderRow, RerankerRef};
use crate::ui::part::field::{Field, bound, select, unique};
use crate::ui::providers::endpoint_form::{Draft, about, base_url, fields};
use crate::ui::providers::provider_picker::Choice;
use leptos::prelude::*;

/// A custom address, among the values of the choice; a row's id is its value.
const CUSTOM: &str = "custom";
/// The reranker of this tab.
const BUILT_IN: &str = "built-in";

/// What is typed about a host that embeds or reranks.
#[derive(Clone, Copy)]
pub struct VectorHost {
    state: AppState,
    purpose: Purpose,
    /// A row's id, `CUSTOM`, `BUILT_IN` or empty; the last two name no host.
    chosen: RwSignal<String>,
    draft: Draft,
    dimensions: RwSignal<String>,
}

impl VectorHost {
    /// The embedder as it is set.
    pub fn embedder(embedder: EmbedderRef) -> Self {
        match embedder {
            EmbedderRef::BuiltIn => Self::new(Purpose::Embeddings, None, None),
            EmbedderRef::Remote { endpoint, model, dimensions } => {
                Self::new(Purpose::Embeddings, Some((endpoint, model)), dimensions)
            }
        }
    }

    /// The reranker as it is set.
    pub fn reranker(reranker: Option<RerankerRef>) -> Self {
        match reranker {
            None => Self::new(Purpose::Rerank, None, None),
            Some(RerankerRef::BuiltIn) => {
                let host = Self::new(Purpose::Rerank, None, None);
                host.chosen.set(BUILT_IN.to_owned());
                host
            }
            Some(RerankerRef::Remote { endpoint, model }) => {
                Self::new(Purpose::Rerank, Some((endpoint, model)), None)
            }
        }
    }

    fn new(purpose: Purpose, set: Option<(Endpoint, String)>, dimensions: Option<u32>) -> Self {
        let chosen = match &set {
            None => String::new(),
            Some((endpoint, _)) if endpoint.provider.is_empty() => CUSTOM.to_owned(),
            Some((endpoint, _)) => endpoint.provider.clone(),
        };
        let (endpoint, model) = set.unwrap_or_default();
        let draft = Draft::of(RwSignal::new(Choice::Custom), endpoint);
        draft.model.set(model);
        Self {
            state: AppState::get(),
            purpose,
            chosen: RwSignal::new(chosen),
            draft,
            dimensions: RwSignal::new(dimensions.map(|n| n.to_string()).unwrap_or_default()),
        }
    }

    /// The host and model as typed; nothing where none is chosen.
    fn taken(self) -> Option<(Endpoint, String)> {
        let chosen = self.chosen.get_untracked();
        if matches!(chosen.as_str(), "" | BUILT_IN) {
            return None;
        }
        let row = untrack(|| self.row());
        let endpoint = untrack(|| self.draft.endpoint(row.as_ref()));
        Some((endpoint, self.draft.model.get_untracked().trim().to_owned()))
    }

    /// The embedder as typed.
    pub fn to_embedder(self) -> EmbedderRef {
        let dimensions = self.dimensions.get_untracked().trim().parse().ok().filter(|n| *n > 0);
        match self.taken() {
            Some((endpoint, model)) => EmbedderRef::Remote { endpoint, model, dimensions },
            None => EmbedderRef::BuiltIn,
        }
    }

    /// The reranker as typed.
    pub fn to_reranker(self) -> Option<RerankerRef> {
        if self.chosen.get_untracked() == BUILT_IN {
            return Some(RerankerRef::BuiltIn);
        }
        self.taken().map(|(endpoint, model)| RerankerRef::Remote { endpoint, model })
    }

    /// The key, taken out of its field, with where it belongs and what for.
    pub fn take_key(self) -> Option<(Endpoint, Purpose, String)> {
        let key = self.draft.key.take();
        self.taken().map(|(endpoint, _)| (endpoint, self.purpose, key))
    }

    /// Whether what is chosen cannot be shown yet. Tracks the choice and the catalogue.
    pub fn is_loading(self) -> bool {
        !matches!(self.chosen.get().as_str(), "" | BUILT_IN | CUSTOM) && self.row().is_none()
    }

    fn row(self) -> Option<ProviderRow> {
        let chosen = self.chosen.get();
        self.rows(|rows| rows.iter().find(|row| row.id == chosen).cloned())
    }

    /// The systems to choose from; tracks them.
    fn rows<T>(self, read: impl FnOnce(&[ProviderRow]) -> T) -> T {
        self.state.providers.with(|store| match self.purpose {
            Purpose::Rerank => read(&store.rerankers),
            _ => read(&store.embedders),
        })
    }

    fn labels(self) -> Labels {
        match self.purpose {
            Purpose::Rerank => RERANKER,
            _ => EMBEDDER,
        }
    }

    /// The choice, and the fields of what is chosen.
    pub fn fields(self) -> AnyView {
        let labels = self.labels();
        let choice = move || {
            let mut options = vec![(String::new(), text(labels.none).to_owned())];
            if self.purpose == Purpose::Rerank {
                options.push((BUILT_IN.to_owned(), t!("Built in: late interaction, in this tab").to_owned()));
            }
            self.rows(|rows| {
                options.extend(rows.iter().map(|row| (row.id.clone(), row.name.clone())));
            });
            options.push((CUSTOM.to_owned(), text(labels.custom).to_owned()));
            let set = move |value: String| {
                self.chosen.set(value);
                self.draft.begin(untrack(|| self.row()).as_ref());
            };
            let chosen = self.chosen.get_untracked();
            select(text(labels.choice), options, &chosen, Callback::new(set))
        };
        let details = move || match self.chosen.get().as_str() {
            "" | BUILT_IN => ().into_any(),
            CUSTOM => self.details(None),
            _ => match self.row() {
                Some(row) => self.details(Some(row)),
                None => view! { <p class="hint">{t!("Loading the list of providers.")}</p> }.into_any(),
            },
        };
        view! {
            <fieldset>
                <legend>{text(labels.legend)}</legend>
                {choice}
                {details}
            </fieldset>
        }
        .into_any()
    }

    fn details(self, row: Option<ProviderRow>) -> AnyView {
        let labels = self.labels();
        let draft = self.draft;
        let row = StoredValue::new(row);
        let address =
            Memo::new(move |_| row.with_value(|row| address(row.as_ref(), &draft.endpoint(row.as_ref()))));
        let shape = move || {
            let (dialect, auth) = draft.shape();
            row.with_value(|row| match row {
                Some(row) => fields(draft, Some(row), dialect, auth, address.into()),
                None => view! {
                    {base_url(draft, "http://localhost:8080/v1".into())}
                    {draft.key.fields(AuthKind::Bearer, true, None, address.into())}
                }
                .into_any(),
            })
        };
        let id = unique();
        let models = row.with_value(|row| row.as_ref().map(|row| row.models.clone()).unwrap_or_default());
        let models = models.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
        let model = Field {
            label: text(labels.model).into(),
            required: true,
            list: Some(id.clone()),
            ..Field::default()
        };
        let dimensions = (self.purpose != Purpose::Rerank).then(|| {
            let field = Field {
                label: t!("Embedding dimensions").into(),
                kind: "number",
                placeholder: t!("Model default").into(),
                ..Field::default()
            };
            bound(field, self.dimensions)
        });
        let whereto = move || {
            let address = address.get();
            let host = host_of(&address);
            format!("{} {}.", text(labels.sends), if host.is_empty() { t!("this server") } else { host })
        };
        view! {
            {row.with_value(|row| row.as_ref().map(about))}
            {shape}
            <div class="form-row">{bound(model, draft.model)}{dimensions}</div>
            <datalist id=id>{models}</datalist>
            <p class="notice">{whereto}</p>
        }
        .into_any()
    }
}

/// What the two kinds of host are called.
#[derive(Clone, Copy)]
struct Labels {
    legend: &'static str,
    choice: &'static str,
    none: &'static str,
    custom: &'static str,
    model: &'static str,
    sends: &'static str,
}

const EMBEDDER: Labels = Labels {
    legend: n!("Embedding"),
    choice: n!("Embedder"),
    none: n!("Built in: all-MiniLM-L6-v2, in this tab"),
    custom: n!("Another address (OpenAI's API)"),
    model: n!("Embedding model"),
    sends: n!("All passages of all documents and every question will be sent to"),
};

const RERANKER: Labels = Labels {
    legend: n!("Reranking"),
    choice: n!("Reranker"),
    none: n!("None"),
    custom: n!("Another address (Cohere's API)"),
    model: n!("Reranking model"),
    sends: n!("Every question and its candidate passages will be sent to"),
};
