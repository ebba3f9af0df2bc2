use crate::ui::part::erased::{listener, sig};
use leptos::prelude::*;

/// A labelled whole number; what is no number is 0.
#[component]
pub fn Number(label: &'static str, value: Signal<u32>, set: Callback<u32>) -> impl IntoView {
    // What is typed stays as it is, also while it is no number yet.
    let typed = RwSignal::new(value.get_untracked().to_string());
    let hear = move |event| {
        typed.set(event_target_value(&event));
        set.run(typed.with_untracked(|typed| typed.trim().parse().unwrap_or(0)));
    };
    view! {
        <label>
            {label}
            <input type="number" min="0" step="1" inputmode="numeric" prop:value=sig(move || typed.get()) on:input=listener(hear)/>
        </label>
    }
    .into_any()
}

/// A labelled number that may be left empty; what is no number counts as empty.
#[component]
pub fn Decimal(
    label: &'static str,
    placeholder: &'static str,
    value: Signal<Option<f32>>,
    set: Callback<Option<f32>>,
) -> impl IntoView {
    let typed = RwSignal::new(value.get_untracked().map(|value| value.to_string()).unwrap_or_default());
    let hear = move |event| {
        typed.set(event_target_value(&event));
        set.run(
            typed.with_untracked(|typed| typed.trim().parse().ok().filter(|value: &f32| value.is_finite())),
        );
    };
    view! {
        <label>
            {label}
            <input type="number" min="0" step="any" inputmode="decimal" placeholder=placeholder prop:value=sig(move || typed.get()) on:input=listener(hear)/>
        </label>
    }
    .into_any()
}
