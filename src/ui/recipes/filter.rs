use crate::format::date::Date;
use crate::state::{AppState, stored_documents};
use crate::types::{Condition, DocumentFilter, DocumentId, Format};
use crate::ui::part::erased::{listener, live};
use crate::ui::part::field::{self, Field};
use leptos::prelude::*;

const DAY_MILLIS: u64 = 86_400_000;

/// Which documents a recipe searches.
pub fn filter(state: AppState, filter: RwSignal<DocumentFilter>) -> AnyView {
    let languages = filter.with_untracked(|filter| {
        let tags = filter.0.iter().find_map(|condition| match condition {
            Condition::Languages(tags) => Some(tags.join(", ")),
            _ => None,
        });
        tags.unwrap_or_default()
    });
    let languages = RwSignal::new(languages);
    let set_languages = move |typed: String| {
        let tags: Vec<String> = typed
            .split([',', ' '])
            .map(|tag| tag.trim().to_lowercase())
            .filter(|tag| !tag.is_empty())
            .collect();
        let same = |condition: &Condition| matches!(condition, Condition::Languages(_));
        replace(filter, same, (!tags.is_empty()).then_some(Condition::Languages(tags)));
        languages.set(typed);
    };
    let from = filter.with_untracked(|filter| {
        filter.0.iter().find_map(|condition| match condition {
            Condition::AddedFrom(millis) => Some(*millis),
            _ => None,
        })
    });
    let before = filter.with_untracked(|filter| {
        filter.0.iter().find_map(|condition| match condition {
            Condition::AddedBefore(millis) => Some(millis.saturating_sub(DAY_MILLIS)),
            _ => None,
        })
    });
    let set_from = move |millis: Option<u64>| {
        let same = |condition: &Condition| matches!(condition, Condition::AddedFrom(_));
        replace(filter, same, millis.map(Condition::AddedFrom));
    };
    let set_before = move |millis: Option<u64>| {
        let same = |condition: &Condition| matches!(condition, Condition::AddedBefore(_));
        replace(filter, same, millis.map(|millis| Condition::AddedBefore(millis + DAY_MILLIS)));
    };
    view! {
        <fieldset>
            <legend>{t!("Documents searched")}</legend>
            <p class="hint">{t!("All, unless you choose. A filtered search always compares with every vector.")}</p>
            <fieldset class="choices">
                <legend>{t!("Types")}</legend>
                {live(move || formats(filter))}
            </fieldset>
            {field::text(
                Field { label: t!("Languages").into(), placeholder: "en, de".into(), ..Field::default() },
                languages.into(),
                Callback::new(set_languages),
            )}
            <div class="form-row">
                {day(t!("Added from"), from, Callback::new(set_from))}
                {day(t!("Added until"), before, Callback::new(set_before))}
            </div>
            <details>
                <summary>{t!("Choose documents")}</summary>
                {live(move || documents(state, filter))}
            </details>
        </fieldset>
    }
    .into_any()
}

/// Takes the conditions out that are alike, and puts `condition` in.
fn replace(
    filter: RwSignal<DocumentFilter>,
    is_alike: impl Fn(&Condition) -> bool,
    condition: Option<Condition>,
) {
    filter.update(|filter| {
        filter.0.retain(|known| !is_alike(known));
        filter.0.extend(condition);
    });
}

/// A box for each format.
fn formats(filter: RwSignal<DocumentFilter>) -> AnyView {
    let chosen = filter.with(|filter| {
        filter.0.iter().find_map(|condition| match condition {
            Condition::Formats(formats) => Some(formats.clone()),
            _ => None,
        })
    });
    let chosen = chosen.unwrap_or_default();
    let boxes = Format::ALL.into_iter().map(|format| {
        let is_in = chosen.contains(&format);
        let mut formats = chosen.clone();
        let toggle = move |event| {
            formats.retain(|known| *known != format);
            if event_target_checked(&event) {
                formats.push(format);
            }
            let same = |condition: &Condition| matches!(condition, Condition::Formats(_));
            replace(filter, same, (!formats.is_empty()).then(|| Condition::Formats(formats.clone())));
        };
        check(format.label().to_owned(), is_in, toggle)
    });
    boxes.collect_view().into_any()
}

/// A box for each document.
fn documents(state: AppState, filter: RwSignal<DocumentFilter>) -> AnyView {
    let chosen = filter.with(|filter| {
        filter.0.iter().find_map(|condition| match condition {
            Condition::Documents(ids) => Some(ids.clone()),
            _ => None,
        })
    });
    let chosen: Vec<DocumentId> = chosen.unwrap_or_default();
    let boxes = stored_documents(state).into_iter().map(|(id, name)| {
        let is_in = chosen.contains(&id);
        let mut ids = chosen.clone();
        let toggle = move |event| {
            ids.retain(|known| *known != id);
            if event_target_checked(&event) {
                ids.push(id);
            }
            let same = |condition: &Condition| matches!(condition, Condition::Documents(_));
            replace(filter, same, (!ids.is_empty()).then(|| Condition::Documents(ids.clone())));
        };
        check(name, is_in, toggle)
    });
    view! { <div class="choices document-choices">{boxes.collect_view()}</div> }.into_any()
}

fn check(name: String, is_in: bool, toggle: impl FnMut(web_sys::Event) + 'static) -> AnyView {
    view! {
        <label class="choice"><input type="checkbox" prop:checked=is_in on:change=listener(toggle)/><bdi>{name}</bdi></label>
    }
    .into_any()
}

/// A day, in UTC.
fn day(label: &'static str, millis: Option<u64>, set: Callback<Option<u64>>) -> AnyView {
    let days = |millis: u64| i64::try_from(millis / DAY_MILLIS).unwrap_or(0);
    let value = millis.map(|millis| Date::of_days(days(millis)).to_string()).unwrap_or_default();
    let hear = move |event| {
        let date = Date::parse(&event_target_value(&event));
        set.run(date.and_then(|date| u64::try_from(date.days()).ok()).map(|days| days * DAY_MILLIS));
    };
    view! { <label>{label}<input type="date" value=value on:change=listener(hear)/></label> }.into_any()
}
