use super::passages::{about, card, mode};
use super::searched_for::queries;
use crate::evaluate::overlap::{Group, groups, shared};
use crate::format;
use crate::state::{AppState, Compared, MAX_COMPARED};
use crate::types::{Passage, RecipeId};
use crate::ui::part::erased::{listener, live};
use crate::ui::part::field;
use crate::ui::part::icon::{Icon, Name};
use leptos::prelude::*;

/// Height of a rank in the chart, in its units.
const RANK: u32 = 20;
/// Width of a recipe in the chart.
const COLUMN: u32 = 120;

/// What several recipes find for the question, without any model: side by side, with what they share.
#[component]
pub fn Comparison() -> impl IntoView {
    let state = AppState::get();
    let is_local = Memo::new(move |_| state.compares_locally());
    let recipes = Memo::new(move |_| state.compared_recipes());
    // As one types, where nothing leaves; else Enter asks for it.
    Effect::new(move || {
        state.session.question.track();
        recipes.track();
        if is_local.get() {
            state.compare_retrieval();
        }
    });
    let hint = move || match (recipes.with(Vec::len), is_local.get()) {
        (0 | 1, _) => t!("Choose two recipes or more. Add them under Recipes."),
        (_, true) => t!("Results follow what you type: nothing leaves this tab."),
        (_, false) if recipes.with(|recipes| recipes.iter().any(|named| named.recipe.rewrite.is_some())) => {
            t!("Press Enter to search: a model rewrites the question first.")
        }
        (_, false) => t!("Press Enter to search: a host embeds or reranks."),
    };
    view! {
        <section class="comparison" aria-label=t!("Compare retrieval")>
            <div class="comparison-head">
                <h2>{t!("Compare retrieval")}</h2>
                <button class="button quiet tiny" aria-label=t!("Back to the answers") title=t!("Back to the answers") on:click=listener(move |_| state.comparison.open.set(false))>
                    <Icon name=Name::Close/>
                </button>
            </div>
            {live(move || choice(state))}
            <p class="hint" role="status">{hint}</p>
            {live(move || results(state))}
        </section>
    }
    .into_any()
}

/// Which recipes take part.
fn choice(state: AppState) -> AnyView {
    let left_out = state.comparison.left_out;
    let named: Vec<(RecipeId, String)> = state
        .settings
        .with(|settings| settings.recipes.iter().map(|named| (named.id, named.name().to_owned())).collect());
    let boxes = named.into_iter().map(|(id, name)| {
        let is_in = left_out.with(|left_out| !left_out.contains(&id));
        let toggle = move |event| {
            let is_in = event_target_checked(&event);
            left_out.update(|left_out| {
                let _ = if is_in { left_out.remove(&id) } else { left_out.insert(id) };
            });
        };
        view! {
            <label class="choice"><input type="checkbox" prop:checked=is_in on:change=listener(toggle)/><bdi>{name}</bdi></label>
        }
    });
    view! {
        <fieldset class="comparison-choice">
            <legend>{t!("Recipes, at most {count}", count = MAX_COMPARED)}</legend>
            {boxes.collect_view()}
        </fieldset>
    }
    .into_any()
}

fn results(state: AppState) -> AnyView {
    let results = state.comparison.results.get();
    if results.is_empty() {
        return field::hint(t!("Type a question."));
    }
    let passages: Vec<&[Passage]> = results.iter().map(passages).collect();
    let groups = groups(&passages);
    let names: Vec<String> = results.iter().map(|result| result.name.clone()).collect();
    let lists = results.iter().enumerate().map(|(place, result)| list(state, result, place, &groups));
    view! {
        {overlaps(&groups, &names)}
        <div class="comparison-charts">
            {chart(&groups, &names)}
            {table(&groups, &names, &passages)}
        </div>
        <div class="comparison-lists">{lists.collect_view()}</div>
    }
    .into_any()
}

fn passages(result: &Compared) -> &[Passage] {
    result.found.as_ref().map_or(&[], |evidence| &evidence.passages)
}

fn overlaps(groups: &[Group], names: &[String]) -> AnyView {
    let name = |place: usize| names.get(place).cloned().unwrap_or_default();
    let lines = shared(groups, names.len()).into_iter().map(|shared| {
        let (first, second) = shared.pair;
        let line = t!(
            "{first} and {second} share {count} {count#passage|passages} ({share})",
            first = name(first),
            second = name(second),
            count = shared.both,
            share = format::percent(shared.both as u64, shared.either.max(1) as u64),
        );
        view! { <li>{line}</li> }
    });
    view! { <ul class="comparison-overlaps" aria-label=t!("Overlap")>{lines.collect_view()}</ul> }.into_any()
}

/// How ranks change from recipe to recipe; the table says the same.
fn chart(groups: &[Group], names: &[String]) -> AnyView {
    let ranks = groups.iter().flat_map(|group| &group.ranks).flatten().copied().max().unwrap_or(1);
    let (width, height) = (COLUMN * u32::try_from(names.len()).unwrap_or(1), RANK * (ranks + 2));
    let x = |place: usize| COLUMN * u32::try_from(place).unwrap_or(0) + COLUMN / 2;
    // The names are above the first rank.
    let y = |rank: u32| RANK * (rank + 1);
    let names = names.iter().enumerate().map(|(place, name)| {
        view! { <text class="name" x=x(place) y=RANK>{short(name)}</text> }
    });
    let names = names.collect_view();
    let numbers = (1u32..).zip(groups);
    let marks = numbers.map(|(number, group)| {
        let at: Vec<(u32, u32)> = group
            .ranks
            .iter()
            .enumerate()
            .filter_map(|(place, rank)| Some((x(place), y((*rank)?))))
            .collect();
        let lines = at.iter().zip(at.iter().skip(1)).map(|((x1, y1), (x2, y2))| {
            // It passes by a recipe that does not have the passage.
            let skips = x2 - x1 > COLUMN;
            view! { <line class:skips=skips x1=x1 + 12 y1=*y1 x2=x2 - 12 y2=*y2/> }
        });
        let lines = lines.collect_view();
        let texts = at.iter().map(|(x, y)| view! { <text x=*x y=y + 4>{number}</text> }).collect_view();
        view! { <g class:only=group.count() == 1>{lines}{texts}</g> }
    });
    let view_box = format!("0 0 {width} {height}");
    view! { <svg class="comparison-chart" viewBox=view_box width=width height=height aria-hidden="true">{names}{marks.collect_view()}</svg> }
        .into_any()
}

/// A name that fits over a column of the chart.
fn short(name: &str) -> String {
    const MOST: usize = 16;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}

fn table(groups: &[Group], names: &[String], lists: &[&[Passage]]) -> AnyView {
    let rows = (1u32..).zip(groups).map(|(number, group)| {
        let of = group
            .ranks
            .iter()
            .zip(lists)
            .find_map(|(rank, list)| list.get((*rank)?.checked_sub(1)? as usize));
        let name = of.map(|passage| passage.document_name.clone()).unwrap_or_default();
        let ranks = group.ranks.iter().map(|rank| {
            let rank = rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
            view! { <td class="number">{rank}</td> }
        });
        view! { <tr><th scope="row">{number}" "<bdi>{name}</bdi></th>{ranks.collect_view()}</tr> }
    });
    let heads = names.iter().map(|name| view! { <th scope="col"><bdi>{name.clone()}</bdi></th> });
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=t!("Ranks")>
            <table class="table">
                <caption>{t!("Ranks")}</caption>
                <thead><tr><th scope="col">{t!("Passage")}</th>{heads.collect_view()}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The passages of a recipe; the number in front is that of the chart and the table.
fn list(state: AppState, result: &Compared, place: usize, groups: &[Group]) -> AnyView {
    let body = match &result.found {
        Err(error) => field::user_error(Some(error.clone())),
        Ok(evidence) => {
            let mode = mode(evidence);
            let cards = evidence.passages.iter().map(|passage| {
                let is_own =
                    |(_, group): &(u32, &Group)| group.ranks.get(place) == Some(&Some(passage.number));
                let (number, group) = (1u32..).zip(groups).find(is_own).unzip();
                let is_only = group.is_some_and(|group| group.count() == 1);
                view! {
                    <li class="comparison-passage" class:only=is_only>
                        <p class="comparison-tie">
                            <span class="passage-number">{number}</span>
                            {is_only.then(|| view! { <span class="badge plain">{t!("only here")}</span> })}
                        </p>
                        <ul>{card(state, passage, Vec::new(), mode)}</ul>
                    </li>
                }
            });
            let searched = result.rewritten.map(|kind| queries(kind, evidence));
            view! { <p class="evidence-about">{about(evidence)}</p>{searched}<ol class="comparison-list">{cards.collect_view()}</ol> }
                .into_any()
        }
    };
    view! {
        <section class="comparison-recipe" aria-label=t!("Evidence of {name}", name = result.name) data-recipe=result.name.clone() data-recipe-id=result.id.0.to_string()>
            <h3><bdi>{result.name.clone()}</bdi></h3>
            {body}
        </section>
    }
    .into_any()
}
