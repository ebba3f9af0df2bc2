//! Where the focus goes when what had it is taken away: a person at the keyboard, or one who hears the page, never starts again at
//! its top.

use crate::state::AppState;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

/// What can have the focus.
const FOCUSABLE: &str = "button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]";
/// As many of a list's elements are tried: the first may be out of sight.
const TRIES: u32 = 24;

/// An element, and what is around it: the way to a place nearby once it is gone.
#[derive(Clone, Default)]
pub struct Trail {
    name: String,
    /// From the element to `main` or a dialog, without these.
    steps: Vec<Step>,
    /// It belongs to a dialog.
    in_dialog: bool,
}

#[derive(Clone)]
struct Step {
    element: Element,
    next: Option<Element>,
    previous: Option<Element>,
}

impl Trail {
    /// The way back to an element.
    pub fn of(element: &Element) -> Self {
        let mut trail = Self { name: name(element), ..Self::default() };
        let mut at = Some(element.clone());
        while let Some(element) = at.filter(|element| !element.matches("main, body, html").unwrap_or(true)) {
            trail.in_dialog |= element.tag_name() == "DIALOG";
            at = element.parent_element();
            let (next, previous) = (element.next_element_sibling(), element.previous_element_sibling());
            trail.steps.push(Step { element, next, previous });
        }
        trail
    }

    /// Gives the focus to the element, else to what has taken its place, to its neighbours, to what is around it; at last to the
    /// page's main part.
    pub fn follow(&self) {
        let mut inside: Option<&Step> = None;
        for step in &self.steps {
            let found = match inside {
                None => focus(&step.element),
                Some(_) if !step.element.is_connected() => false,
                Some(inside) => {
                    self.same_named(&step.element)
                        || inside.next.as_ref().is_some_and(first_in)
                        || inside.previous.as_ref().is_some_and(first_in)
                        || first_in(&step.element)
                }
            };
            if found {
                return;
            }
            inside = Some(step);
        }
        if let Ok(Some(main)) = document().query_selector("main") {
            focus(&main);
        }
    }

    fn same_named(&self, around: &Element) -> bool {
        !self.name.is_empty() && each(around, |element| name(element) == self.name && focus(element))
    }
}

/// What a control is called; nothing for what only holds others, whose text may be long.
fn name(element: &Element) -> String {
    let label = element.get_attribute("aria-label").or_else(|| {
        element.matches("button, a, summary").unwrap_or(false).then(|| element.text_content()).flatten()
    });
    label.unwrap_or_default().trim().to_owned()
}

fn each(around: &Element, mut take: impl FnMut(&Element) -> bool) -> bool {
    let Ok(list) = around.query_selector_all(FOCUSABLE) else { return false };
    let mut elements =
        (0..list.length().min(TRIES)).filter_map(|at| list.get(at)?.dyn_into::<Element>().ok());
    elements.any(|element| take(&element))
}

/// Gives the focus to an element or to the first within it that takes it.
fn first_in(element: &Element) -> bool {
    element.is_connected() && (focus(element) || each(element, focus))
}

/// Gives the focus to an element; whether it has taken it.
pub(in crate::state) fn focus(element: &Element) -> bool {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
    // One that has just been disabled still counts as active for a moment.
    document().active_element().as_ref() == Some(element) && !element.matches(":disabled").unwrap_or(false)
}

/// Whether something that takes keys has the focus.
pub(in crate::state) fn has_focus() -> bool {
    let active = document().active_element();
    active.is_some_and(|element| !element.matches("body, html, :disabled").unwrap_or(true))
}

impl AppState {
    /// Finds a new place for the focus whenever the element that has it is removed or disabled.
    pub(in crate::state) fn keep_focus(self) {
        let trail = Rc::new(RefCell::new(document().active_element().map(|element| Trail::of(&element))));
        let (here, gone) = (Rc::clone(&trail), Rc::clone(&trail));
        drop(window_event_listener(leptos::ev::focusin, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            *here.borrow_mut() = target.map(|target| Trail::of(&target));
        }));
        // Who clicks on nothing has left it.
        drop(window_event_listener(leptos::ev::pointerdown, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|target| matches!(target.closest(FOCUSABLE), Ok(None))) {
                *gone.borrow_mut() = None;
            }
        }));
        let is_asked = Rc::new(Cell::new(false));
        let changed = move || {
            if has_focus() || is_asked.replace(true) {
                return;
            }
            let (trail, is_asked) = (Rc::clone(&trail), Rc::clone(&is_asked));
            // What does so on purpose goes first.
            request_animation_frame(move || {
                is_asked.set(false);
                let lost = if has_focus() { None } else { trail.borrow_mut().take() };
                // A dialog gives the focus back by itself.
                if let Some(lost) =
                    lost.filter(|lost| !lost.in_dialog || self.view.dialog.with_untracked(Option::is_some))
                {
                    lost.follow();
                }
            });
        };
        let callback = Closure::<dyn FnMut()>::new(changed);
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        options.set_attribute_filter(&js_sys::Array::of2(&"disabled".into(), &"class".into()));
        if let (Ok(observer), Some(body)) =
            (MutationObserver::new(callback.as_ref().unchecked_ref()), document().body())
        {
            let _ = observer.observe_with_options(&body, &options);
            // For as long as the page.
            callback.forget();
        }
    }
}
