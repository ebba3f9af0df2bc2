use super::engine;
use super::form::Draft;
use crate::browser::clock::now_millis;
use crate::format;
use crate::messages::{lookup, text};
use crate::run::{Change, changes};
use crate::state::{Action, AppState, IndexState, MAX_RECIPES, NamedRecipe, Starter};
use crate::types::{CallFailure, IndexSpec, Recipe, RecipeId};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{self, Field, bound, button};
use crate::ui::part::fixes;
use crate::ui::part::icon::{Icon, Name};
use crate::ui::part::problem;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is being edited: a recipe of that number, or a new one.
type Editing = RwSignal<Option<(Option<RecipeId>, NamedRecipe)>>;
/// The recipe that was deleted last, and its place.
type Deleted = RwSignal<Option<(usize, NamedRecipe)>>;

/// The recipes: add, duplicate, edit, rename, delete and undo that, and how far their indexes are.
#[component]
pub fn Recipes() -> impl IntoView {
    let state = AppState::get();
    state.load_catalogue();
    let editing: Editing = RwSignal::new(None);
    let deleted: Deleted = RwSignal::new(None);
    let content = move || match editing.get() {
        Some((id, named)) => form(state, id, named, editing),
        None => overview(state, editing, deleted),
    };
    view! { <Modal title=t!("Recipes") wide=true>{live(content)}</Modal> }.into_any()
}

fn overview(state: AppState, editing: Editing, deleted: Deleted) -> AnyView {
    let is_full = move || state.settings.with(|settings| settings.recipes.count() >= MAX_RECIPES);
    let rows = move || {
        state.settings.with(|settings| {
            let first = settings.recipes.first.recipe.clone();
            settings.recipes.iter().map(|named| row(state, named, &first, (editing, deleted))).collect_view()
        })
    };
    let add = move |_| {
        let recipe = state.settings.with_untracked(|settings| settings.recipe().clone());
        editing.set(Some((None, NamedRecipe { recipe, ..NamedRecipe::default() })));
    };
    let starters = Starter::ALL.map(|starter| {
        let add = move |_| {
            state.set(|settings| {
                let recipe = starter.recipe(settings.recipe());
                settings.recipes.add(starter.name(), recipe);
            });
        };
        let label = t!("Add {name}", name = starter.name());
        view! {
            <li>
                <button class="button" disabled=sig(is_full) aria-label=label on:click=listener(add)><Icon name=Name::Add/>{starter.name()}</button>
                <span class="hint">{starter.about()}</span>
            </li>
        }
    });
    view! {
        <div class="recipes">
            <p class="hint">{t!("A recipe says how evidence comes about: chunking, embedder, retrieval, reranker, prompt. Every column names one; columns of one recipe get the same evidence.")}</p>
            <ul class="recipe-list" role="list" aria-label=t!("Recipes")>{rows}</ul>
            <div role="status">{live(move || undo(state, deleted))}</div>
            <div class="form-actions">
                <button class="button primary" disabled=sig(is_full) on:click=listener(add)><Icon name=Name::Add/>{t!("Add recipe")}</button>
            </div>
            <h3>{t!("Starters")}</h3>
            <ul class="recipe-starters" role="list" aria-label=t!("Starters")>{starters}</ul>
        </div>
    }
    .into_any()
}

fn row(
    state: AppState,
    named: &NamedRecipe,
    first: &Recipe,
    (editing, deleted): (Editing, Deleted),
) -> AnyView {
    let (id, name, recipe) = (named.id, named.name().to_owned(), named.recipe.clone());
    let is_first = state.settings.with_untracked(|settings| settings.recipes.first.id == id);
    let is_last = state.settings.with_untracked(|settings| settings.recipes.count() == 1);
    let about = if is_first { summary(&recipe) } else { differences(first, &recipe) };
    let own = named.clone();
    let edit = move |_| editing.set(Some((Some(id), own.clone())));
    let copy = (name.clone(), recipe.clone());
    let duplicate = move |_| {
        let (name, recipe) = copy.clone();
        state.set(|settings| {
            settings.recipes.add(&name, recipe);
        });
    };
    let delete = move |_| {
        let mut gone = None;
        state.set(|settings| gone = settings.recipes.remove(id));
        deleted.set(gone);
        if is_first {
            state.renew();
        }
    };
    let index = state.settings.with_untracked(|settings| settings.index_for(&recipe));
    let graph = state.settings.with_untracked(|settings| settings.graph_for(&recipe));
    let of = name.clone();
    view! {
        <li class="recipe" data-recipe=name.clone() data-recipe-id=id.0.to_string()>
            <div class="recipe-about">
                <h3>{name.clone()}</h3>
                <p class="hint">{about}</p>
                {index.map(|spec| live(move || progress(state, &spec)))}
                {graph.map(|spec| live(move || engine::progress(state, &of, &spec)))}
            </div>
            <div class="button-row">
                <button class="button" aria-label=t!("Edit recipe {name}", name = name) on:click=listener(edit)>{t!("Edit")}</button>
                <button class="button" aria-label=t!("Duplicate recipe {name}", name = name) on:click=listener(duplicate)>{t!("Duplicate")}</button>
                <button class="button" aria-label=t!("Delete recipe {name}", name = name) disabled=is_last on:click=listener(delete)>{t!("Delete")}</button>
            </div>
        </li>
    }
    .into_any()
}

/// A recipe in a line.
fn summary(recipe: &Recipe) -> String {
    let mut parts = vec![
        t!(
            "chunks of {size} tokens ({strategy})",
            size = recipe.chunking.size_tokens,
            strategy = lookup(recipe.chunking.strategy.name())
        ),
        text(recipe.retrieval.mode.name()).to_owned(),
        t!("{count} {count#passage|passages}", count = recipe.retrieval.top_k),
        lookup(recipe.embedder.name()).into_owned(),
    ];
    parts.extend(
        recipe.rewrite.as_ref().map(|rewrite| t!("query rewriting: {kind}", kind = rewrite.kind.name())),
    );
    parts.extend(
        recipe.reranker.as_ref().map(|reranker| t!("reranked by {model}", model = lookup(reranker.name()))),
    );
    parts.join(" · ")
}

fn differences(first: &Recipe, recipe: &Recipe) -> String {
    let lines: Vec<String> = changes(first, recipe).iter().map(line).collect();
    if lines.is_empty() { t!("the same as the first recipe").to_owned() } else { lines.join(", ") }
}

/// A change in a line: `chunk size 200 → 400`.
pub(in crate::ui) fn line(change: &Change) -> String {
    match &change.values {
        Some((before, after)) => format!("{} {} → {}", text(change.what), lookup(before), lookup(after)),
        None => text(change.what).to_owned(),
    }
}

/// How far an index is, and what can be done about it.
pub(in crate::ui) fn progress(state: AppState, spec: &IndexSpec) -> AnyView {
    let index = state.indexes.state(spec);
    let line = match &index {
        IndexState::Waiting => t!("Waiting to be indexed").to_owned(),
        IndexState::Building { waits: Some(why), .. } => problem::message(why),
        IndexState::Building { loading: Some((done, _)), .. } => {
            t!("loading the embedder: {done}", done = format::bytes(*done))
        }
        IndexState::Building { total: 0, .. } => t!("chunking").to_owned(),
        IndexState::Building { done, total, .. } => {
            let done = t!("Indexing: chunk {done} of {total}", done = done, total = total);
            let left = index.time_left(now_millis()).map(|time| t!("about {time} left", time = time));
            std::iter::once(done).chain(left).collect::<Vec<_>>().join(" · ")
        }
        IndexState::Ready(size) => {
            let mut parts = vec![
                t!("{count} {count#document|documents}", count = size.documents),
                t!("{count} {count#chunk|chunks}", count = size.chunks),
            ];
            parts.extend(
                (size.stored_bytes > 0)
                    .then(|| t!("{size} on disk", size = format::bytes(size.stored_bytes))),
            );
            parts.join(" · ")
        }
        IndexState::Cancelled => {
            t!("Indexing was cancelled; documents without vectors are found by BM25.").to_owned()
        }
        IndexState::Failed(_) => String::new(),
    };
    let failure = match &index {
        IndexState::Failed(error) => Some(problem::text(error)),
        _ => None,
    };
    let bar = match &index {
        IndexState::Building { done, total, .. } if *total > 0 => Some(view! {
            <progress aria-label=t!("Indexing") max=total.to_string() value=done.to_string()></progress>
        }),
        _ => None,
    };
    let (cancelled, retried) = (spec.clone(), spec.clone());
    let act = match &index {
        state_of if state_of.is_under_way() => {
            Some(button(t!("Cancel").into(), move || state.cancel_index(&cancelled)))
        }
        IndexState::Failed(_) | IndexState::Cancelled => {
            Some(button(t!("Retry").into(), move || state.retry_index(&retried)))
        }
        _ => None,
    };
    view! { <div class="recipe-index" role="status"><span>{line}{failure}</span>{bar}{act}</div> }.into_any()
}

fn undo(state: AppState, deleted: Deleted) -> AnyView {
    let Some((at, named)) = deleted.get() else { return ().into_any() };
    let text = t!("Recipe {name} deleted.", name = named.name());
    let undo = button(t!("Undo").into(), move || {
        let named = named.clone();
        state.set(|settings| settings.recipes.insert(at, named));
        deleted.set(None);
        if at == 0 {
            state.renew();
        }
    });
    view! { <p class="notice">{text}" "{undo}</p> }.into_any()
}

fn form(state: AppState, id: Option<RecipeId>, named: NamedRecipe, editing: Editing) -> AnyView {
    let name = RwSignal::new(if id.is_some() { named.name().to_owned() } else { String::new() });
    let draft = Draft::of(named.recipe);
    let refused = RwSignal::new(None::<CallFailure>);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(|| draft.is_wrong()) {
            return;
        }
        let (keys, recipe) = draft.take();
        let name = name.get_untracked();
        spawn_local(async move {
            // The courier has the keys before anything can ask for them.
            for (endpoint, purpose, key) in keys.into_iter().flatten() {
                if let Err(failure) = state.give_key(&endpoint, purpose, key).await {
                    return refused.set(Some(failure));
                }
            }
            state.set(|settings| match id {
                Some(id) => {
                    settings.recipes.rename(id, &name);
                    if let Some(named) = settings.recipes.get_mut(id) {
                        named.recipe = recipe;
                    }
                }
                None => {
                    settings.recipes.add(&name, recipe);
                }
            });
            // The documents' own index follows the first recipe.
            state.renew();
            // A model that rewrites questions has its price, too.
            state.act(Action::PriceColumns);
            editing.set(None);
        });
    };
    let field = Field { label: t!("Name").into(), placeholder: t!("Recipe").into(), ..Field::default() };
    view! {
        <form class="form" on:submit=listener(save)>
            {bound(field, name)}
            {draft.fields(state)}
            {live(move || field::user_error(draft.user_error()))}
            {live(move || refused.get().map(|failure| fixes::failure(&failure)))}
            <div class="form-actions">
                {button(t!("Back").into(), move || editing.set(None))}
                <button class="button primary" type="submit" disabled=sig(move || draft.is_wrong())>{t!("Save")}</button>
            </div>
        </form>
    }
    .into_any()
}
