use super::rewrite;
use crate::chunk;
use crate::courier::Purpose;
use crate::retrieve;
use crate::run::validate_rewrite;
use crate::state::AppState;
use crate::types::{
    ChunkSettings, ChunkStrategy, DocumentFilter, Endpoint, QueryRewrite, Recipe, RetrievalSettings,
    UserError,
};
use crate::ui::part::erased::{listener, sig};
use crate::ui::part::number::Number;
use crate::ui::prompt::editor::{self, editor};
use crate::ui::recipes::filter::filter as filter_fields;
use crate::ui::recipes::preview::preview;
use crate::ui::recipes::retrieval::retrieval as retrieval_fields;
use crate::ui::settings::vector_host::VectorHost;
use leptos::prelude::*;

/// A recipe as it is being typed.
#[derive(Clone, Copy)]
pub struct Draft {
    chunking: RwSignal<ChunkSettings>,
    saved_chunking: ChunkSettings,
    retrieval: RwSignal<RetrievalSettings>,
    filter: RwSignal<DocumentFilter>,
    rewrite: RwSignal<Option<QueryRewrite>>,
    embedder: VectorHost,
    reranker: VectorHost,
    prompt: editor::Draft,
}

/// Keys as typed, each with where it belongs and what for.
pub type Keys = [Option<(Endpoint, Purpose, String)>; 2];

impl Draft {
    /// Of that recipe.
    pub fn of(recipe: Recipe) -> Self {
        Self {
            chunking: RwSignal::new(recipe.chunking),
            saved_chunking: recipe.chunking,
            retrieval: RwSignal::new(recipe.retrieval),
            filter: RwSignal::new(recipe.filter),
            rewrite: RwSignal::new(recipe.rewrite),
            embedder: VectorHost::embedder(recipe.embedder),
            reranker: VectorHost::reranker(recipe.reranker),
            prompt: editor::Draft::of_recipe(recipe.prompt),
        }
    }

    /// What is wrong with the numbers and the prompt of query rewriting; tracks them.
    pub fn user_error(self) -> Option<UserError> {
        let wrong = chunk::validate(self.chunking.get()).err().map(UserError::from);
        let wrong = wrong.or_else(|| retrieve::validate(&self.retrieval.get()).err().map(UserError::from));
        wrong.or_else(|| {
            self.rewrite.with(|rewrite| rewrite.as_ref().and_then(|it| validate_rewrite(it).err()))
        })
    }

    /// Whether it cannot be used as it is; tracks all of it.
    pub fn is_wrong(self) -> bool {
        let is_loading = self.embedder.is_loading() || self.reranker.is_loading();
        self.user_error().is_some() || self.prompt.is_wrong() || is_loading
    }

    /// The keys, taken out of their fields, and the recipe.
    pub fn take(self) -> (Keys, Recipe) {
        let keys = [self.embedder.take_key(), self.reranker.take_key()];
        let recipe = Recipe {
            chunking: self.chunking.get_untracked(),
            embedder: self.embedder.to_embedder(),
            retrieval: self.retrieval.get_untracked(),
            filter: self.filter.get_untracked(),
            rewrite: self.rewrite.get_untracked(),
            reranker: self.reranker.to_reranker(),
            prompt: untrack(|| self.prompt.custom()),
        };
        (keys, recipe)
    }

    /// Its fields.
    pub fn fields(self, state: AppState) -> AnyView {
        let Self { chunking, saved_chunking, retrieval, filter, embedder, reranker, prompt, .. } = self;
        let has_open = move || state.view.opened.with(Option::is_some);
        let cannot_preview = move || !has_open() || chunk::validate(chunking.get()).is_err();
        view! {
            <fieldset>
                <legend>{t!("Chunking")}</legend>
                <Chunking chunking/>
                <p class="hint">{t!("In tokens of the built-in embedder, which reads at most 256. Saving re-indexes all documents; unchanged passages are not embedded again.")}</p>
                <button
                    class="button"
                    type="button"
                    disabled=sig(cannot_preview)
                    title=t!("Open a document first to preview its chunks")
                    on:click=listener(move |_| {
                        state.preview_chunks(chunking.get_untracked());
                        state.view.dialog.set(None);
                    })
                >
                    {t!("Preview on the open document")}
                </button>
                {preview(state, saved_chunking, chunking)}
            </fieldset>
            <fieldset>
                <legend>{t!("Retrieval")}</legend>
                {retrieval_fields(retrieval)}
                {super::engine::fields(retrieval)}
            </fieldset>
            {filter_fields(state, filter)}
            {rewrite::fields(state, self.rewrite)}
            {editor(state, prompt, None)}
            {embedder.fields()}
            {reranker.fields()}
        }
        .into_any()
    }
}

#[component]
fn Chunking(chunking: RwSignal<ChunkSettings>) -> impl IntoView {
    let options = ChunkStrategy::ALL
        .into_iter()
        .map(|strategy| {
            let label = match strategy {
                ChunkStrategy::Structure => t!("Structure: by headings and blocks"),
                ChunkStrategy::Recursive => t!("Recursive: paragraphs, lines, sentences, words"),
                ChunkStrategy::SentenceWindow => t!("Sentence window: whole sentences up to the size"),
                ChunkStrategy::Fixed => t!("Fixed: windows of the size, between words"),
            };
            view! {
                <option value=strategy.name() selected=sig(move || chunking.get().strategy == strategy)>{label}</option>
            }
        })
        .collect_view();
    let choose = move |event| {
        if let Some(strategy) = ChunkStrategy::from_name(&event_target_value(&event)) {
            chunking.update(|chunking| chunking.strategy = strategy);
        }
    };
    let prefix =
        move |event| chunking.update(|chunking| chunking.heading_prefix = event_target_checked(&event));
    view! {
        <label>{t!("Strategy")}<select on:change=listener(choose)>{options}</select></label>
        <div class="form-row">
            <Number
                label=t!("Chunk size (tokens)")
                value=Signal::derive(move || chunking.get().size_tokens)
                set=Callback::new(move |value| chunking.update(|chunking| chunking.size_tokens = value))
            />
            <Number
                label=t!("Overlap (tokens)")
                value=Signal::derive(move || chunking.get().overlap_tokens)
                set=Callback::new(move |value| chunking.update(|chunking| chunking.overlap_tokens = value))
            />
        </div>
        <label class="choice">
            <input type="checkbox" prop:checked=sig(move || chunking.get().heading_prefix) on:change=listener(prefix)/>
            {t!("Embed the headings above a chunk with it")}
        </label>
    }
    .into_any()
}
