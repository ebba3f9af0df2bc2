use crate::state::{AppState, PANE_WIDTHS, Side};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// How far an arrow key moves the bound of a pane.
const STEP: f64 = 16.0;

/// Gives the side panes the widths that the person chose, on the element around them.
pub fn size(state: AppState, main: NodeRef<html::Main>) {
    Effect::new(move || {
        let panes = state.settings.with(|settings| settings.panes);
        let Some(main) = main.get() else { return };
        let style = main.style();
        for side in [Side::Documents, Side::Evidence] {
            let pane = panes.pane(side);
            let property = format!("--{}-width", side.name());
            let _ = match (pane.collapsed, pane.width) {
                (true, _) => style.set_property(&property, "0px"),
                (false, Some(width)) => style.set_property(&property, &format!("{width}px")),
                (false, None) => style.remove_property(&property).map(drop),
            };
        }
    });
}

/// Puts a side pane out of the way.
pub fn hide_button(state: AppState, side: Side) -> AnyView {
    let label = side.hide();
    view! {
        <button class="button quiet tiny pane-hide" aria-label=label title=label on:click=listener(move |_| set_collapsed(state, side, true))>
            <Icon name=Name::Close/>
        </button>
    }
    .into_any()
}

fn set_collapsed(state: AppState, side: Side, collapsed: bool) {
    state.set(|settings| settings.panes.pane_mut(side).collapsed = collapsed);
    if collapsed {
        // The way back has the focus: its own button is out of sight now.
        request_animation_frame(move || {
            let show = document().query_selector(&format!(".pane-divider.{} .pane-show", side.name()));
            if let Some(show) =
                show.ok().flatten().and_then(|show| show.dyn_into::<web_sys::HtmlElement>().ok())
            {
                let _ = show.focus();
            }
        });
    }
}

/// The bound between a side pane and the answers: it moves by pointer and by arrow keys; of a hidden pane it is the way back.
#[component]
pub fn Divider(
    /// Whose.
    side: Side,
) -> impl IntoView {
    let state = AppState::get();
    let collapsed = Memo::new(move |_| state.settings.with(|settings| settings.panes.pane(side).collapsed));
    let content = move || if collapsed.get() { show_button(state, side) } else { handle(state, side) };
    view! { <div class=format!("pane-divider {}", side.name())>{live(content)}</div> }.into_any()
}

fn show_button(state: AppState, side: Side) -> AnyView {
    let label = side.show();
    view! {
        <button class="button quiet tiny pane-show" aria-label=label title=label on:click=listener(move |_| set_collapsed(state, side, false))>
            <Icon name=if side == Side::Documents { Name::Folder } else { Name::Note }/>
        </button>
    }
    .into_any()
}

fn handle(state: AppState, side: Side) -> AnyView {
    // Where the pointer went down, and how wide the pane was.
    let grip = StoredValue::new(None::<(f64, u32)>);
    let width = move || state.settings.with(|settings| settings.panes.pane(side).width);
    let show =
        move |width: u32| state.settings.update(|settings| settings.panes.pane_mut(side).width = Some(width));
    let now = move || untrack(width).unwrap_or_else(|| side.usual_width());
    let keep = move |width: u32| state.set(|settings| settings.panes.pane_mut(side).width = Some(width));
    let down = move |event: PointerEvent| {
        if let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        grip.set_value(Some((f64::from(event.client_x()), now())));
    };
    let moved = move |event: PointerEvent| {
        if let Some((from, before)) = grip.get_value() {
            show(side.dragged(before, f64::from(event.client_x()) - from));
        }
    };
    let up = move |_: PointerEvent| {
        if grip.try_update_value(Option::take).flatten().is_some() {
            keep(now());
        }
    };
    let key = move |event: KeyboardEvent| {
        let outwards = if side == Side::Documents { STEP } else { -STEP };
        let to = match event.key().as_str() {
            "ArrowLeft" => side.dragged(now(), -STEP),
            "ArrowRight" => side.dragged(now(), STEP),
            "Home" => *PANE_WIDTHS.start(),
            "End" => side.dragged(*PANE_WIDTHS.end(), outwards),
            _ => return,
        };
        event.prevent_default();
        keep(to);
    };
    view! {
        <div
            class="pane-handle"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=match side {
                Side::Documents => t!("Width of documents"),
                Side::Evidence => t!("Width of evidence"),
            }
            aria-valuemin=PANE_WIDTHS.start().to_string()
            aria-valuemax=PANE_WIDTHS.end().to_string()
            aria-valuenow=sig(move || width().unwrap_or_else(|| side.usual_width()).to_string())
            on:pointerdown=listener(down)
            on:pointermove=listener(moved)
            on:pointerup=listener(up)
            on:pointercancel=listener(up)
            on:keydown=listener(key)
        ></div>
    }
    .into_any()
}
