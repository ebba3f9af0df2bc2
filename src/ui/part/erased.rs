//! Closures behind one type each: every type of closure in a view costs kilobytes of code, and the page has many.

use leptos::prelude::*;
use std::sync::Arc;

/// A part of a view that follows what it reads.
pub fn live<V: IntoAny>(mut draw: impl FnMut() -> V + Send + 'static) -> AnyView {
    let draw: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || draw().into_any());
    draw.into_any()
}

/// A value that follows what it reads, for attributes. Not of the arena: an effect of a part that is going away may still ask once.
pub fn sig<T: Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> ArcSignal<T> {
    ArcSignal::derive(value)
}

/// A list that follows `keys`: of each part its place, and a number that changes when it is to be drawn again.
pub fn keyed(
    keys: impl Fn() -> Vec<(usize, u32)> + Send + 'static,
    draw: impl Fn(usize) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let keys: Box<dyn Fn() -> Vec<(usize, u32)> + Send> = Box::new(keys);
    let draw: Arc<dyn Fn(usize) -> AnyView + Send + Sync> = Arc::new(draw);
    view! { <For each=keys key=|key| *key children=move |(at, _)| draw(at)/> }.into_any()
}

/// Hears an event of any kind.
pub fn listener<E: 'static>(handle: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(handle)
}
