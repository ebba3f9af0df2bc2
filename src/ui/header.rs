use crate::messages::text;
use crate::state::providers::destinations::Destinations;
use crate::state::{Action, AppState, Command, Dialog, is_mac, label};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use leptos::prelude::*;

/// The bar on top.
#[component]
pub fn Header() -> impl IntoView {
    let state = AppState::get();
    let theme = move || state.settings.with(|settings| settings.theme);
    view! {
        <header class="header">
            <h1 class="header-name">
                <svg class="header-mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <rect x="1" y="2" width="5" height="16" rx="1.2"/>
                    <rect x="7.5" y="2" width="5" height="16" rx="1.2"/>
                    <rect x="14" y="2" width="5" height="16" rx="1.2"/>
                </svg>
                "Sidecite"
            </h1>
            <p class="header-line">{t!("One question, the same evidence, every model, side by side.")}</p>
            <DestinationsBadge/>
            <button
                class="button quiet"
                aria-label=sig(move || t!("Theme: {theme}", theme = text(theme().name())))
                title=sig(move || t!("Theme: {theme}", theme = text(theme().name())))
                on:click=listener(move |_| state.set(|settings| settings.theme = settings.theme.next()))
            >
                <Icon name=Name::Theme/>
            </button>
            <button
                class="button quiet header-commands"
                title=sig(move || commands_title(state))
                on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Palette)))
            >
                <Icon name=Name::Commands/>
                {t!("Commands")}
            </button>
            <HistoryButton/>
            <button class="button quiet" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Providers)))>
                <Icon name=Name::Providers/>
                {t!("Providers")}
            </button>
            <button class="button quiet" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Settings)))>
                <Icon name=Name::Settings/>
                {t!("Settings")}
            </button>
        </header>
    }
    .into_any()
}

fn commands_title(state: AppState) -> String {
    let key = state.settings.with(|settings| settings.shortcuts.of(Command::Palette).map(str::to_owned));
    key.map_or_else(
        || t!("Command palette").into(),
        |key| format!("{} ({})", t!("Command palette"), label(&key, is_mac())),
    )
}

/// Where documents, passages and questions go when a question is asked.
#[component]
fn DestinationsBadge() -> impl IntoView {
    let state = AppState::get();
    let to = Memo::new(move |_| {
        state.settings.with(|settings| state.providers.with(|store| Destinations::of(settings, &store.rows)))
    });
    view! {
        <p
            class="header-privacy"
            class:remote=sig(move || to.with(|to| !to.is_local()))
            role="status"
            title=sig(move || to.with(Destinations::explanation))
        >
            {live(move || {
                let icon = if to.with(Destinations::is_local) { Name::Lock } else { Name::Sent };
                view! { <Icon name=icon/> {to.with(Destinations::label)} }
            })}
        </p>
    }
    .into_any()
}

/// The button that opens history.
#[component]
fn HistoryButton() -> impl IntoView {
    let state = AppState::get();
    let open = move |_| {
        state.act(Action::LoadHistory);
        state.view.dialog.set(Some(Dialog::History));
    };
    let has_error = move || state.history.user_error.with(Option::is_some);
    view! {
        <button class="button quiet" class:warn=sig(has_error) on:click=listener(open)>
            <Icon name=Name::History/>
            {t!("History")}
        </button>
    }
    .into_any()
}
