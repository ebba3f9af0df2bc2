//! Answers → the renderer → the screen.

use super::render_queue::{Next, Outcome, RenderQueue};
use crate::browser::clock::{now_millis, sleep};
use crate::state::{ColumnView, Rendered};
use crate::types::{Answer, ChatEvent, Evidence};
use crate::worker::Client;
use crate::worker::protocol::{Frame, ToRenderer};
use futures_channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// How often to look whether the renderer hangs.
const WATCH_MILLIS: i32 = 10_000;

/// Has the answers of all columns rendered, and shows them.
#[derive(Clone)]
pub struct Painter(Rc<Inner>);

struct Inner {
    renderer: Client<ToRenderer, Frame>,
    queue: RefCell<RenderQueue<Target>>,
    /// Who waits until an answer is wholly shown.
    waiting: RefCell<Vec<(Target, oneshot::Sender<()>)>>,
    /// A task waits for the renderer or for the time to ask it.
    is_running: Cell<bool>,
    /// A task looks whether the renderer hangs.
    is_watching: Cell<bool>,
}

/// Reads the whole text of an answer, for beginning again.
pub(super) type ReadText = Rc<dyn Fn() -> Option<String>>;

/// Where an answer stands, and where it is shown.
#[derive(Clone)]
struct Target {
    view: ArcRwSignal<ColumnView>,
    rendered: Rendered,
    read_text: Option<ReadText>,
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.rendered == other.rendered
    }
}

impl Painter {
    /// Nothing is started yet.
    pub fn new(renderer: Client<ToRenderer, Frame>) -> Self {
        Self(Rc::new(Inner {
            renderer,
            queue: RefCell::default(),
            waiting: RefCell::default(),
            is_running: Cell::new(false),
            is_watching: Cell::new(false),
        }))
    }

    /// Starts the renderer while there is nothing to render yet.
    pub(super) fn start(&self) {
        if !self.0.renderer.is_running() {
            drop(self.0.renderer.call(&ToRenderer::Render(Vec::new()), &[]));
        }
    }

    /// A column's answer begins, over the first `sent` passages of `evidence`.
    pub(super) fn begin(
        &self,
        view: &ArcRwSignal<ColumnView>,
        evidence: Option<Arc<Evidence>>,
        sent: u32,
        read_text: ReadText,
    ) {
        let target = Target { read_text: Some(read_text), ..Target::of(view) };
        self.0.queue.borrow_mut().begin(target, evidence, sent);
    }

    /// A whole answer, which `begin` began.
    pub(super) fn push_answer(&self, view: &ArcRwSignal<ColumnView>, answer: &Answer) {
        let target = Target::of(view);
        {
            let mut queue = self.0.queue.borrow_mut();
            queue.push(&target, &answer.text);
            answer.citations.iter().for_each(|native| queue.cite(&target, native.clone()));
        }
        self.finish(view);
    }

    /// The answer goes on.
    pub(super) fn push(&self, view: &ArcRwSignal<ColumnView>, event: &ChatEvent) {
        let target = Target::of(view);
        match event {
            ChatEvent::TextDelta(text) => self.0.queue.borrow_mut().push(&target, text),
            ChatEvent::Citation(native) => self.0.queue.borrow_mut().cite(&target, native.clone()),
            _ => return,
        }
        self.wake();
    }

    /// Nothing more comes of the answer.
    pub(super) fn finish(&self, view: &ArcRwSignal<ColumnView>) {
        self.0.queue.borrow_mut().finish(&Target::of(view));
        self.wake();
    }

    /// The same; comes back when all of it is shown.
    pub(super) async fn finished(&self, view: &ArcRwSignal<ColumnView>) {
        self.finish(view);
        let target = Target::of(view);
        if self.0.queue.borrow().holds(&target) {
            let (shown, wait) = oneshot::channel();
            self.0.waiting.borrow_mut().push((target, shown));
            let _ = wait.await;
        }
    }

    fn wake(&self) {
        if !self.0.is_running.replace(true) {
            let painter = self.clone();
            spawn_local(async move {
                painter.run().await;
                painter.0.is_running.set(false);
            });
        }
        if !self.0.is_watching.replace(true) {
            let painter = self.clone();
            spawn_local(async move {
                painter.watch().await;
                painter.0.is_watching.set(false);
            });
        }
    }

    /// Ends a renderer that hangs, which ends its call.
    async fn watch(&self) {
        while self.0.is_running.get() {
            sleep(WATCH_MILLIS).await;
            if self.0.queue.borrow().is_stuck(now_millis()) {
                self.0.renderer.terminate();
            }
        }
    }

    /// Until there is nothing to do.
    async fn run(&self) {
        loop {
            // In a statement of its own: the borrow must end before anything waits.
            let next = self.0.queue.borrow_mut().next(now_millis(), is_hidden());
            match next {
                Next::Idle => return,
                Next::Wait(millis) => sleep(millis.ceil() as i32).await,
                Next::Call { evidences, updates } => {
                    for evidence in evidences {
                        let (sha256, passages) = (evidence.sha256, evidence.passages.clone());
                        // A call, because `send` would not start the worker; nothing comes back.
                        drop(self.0.renderer.call(&ToRenderer::PutEvidence { sha256, passages }, &[]));
                    }
                    match self.0.renderer.call(&ToRenderer::Render(updates), &[]).next().await {
                        Some(reply) => {
                            let outcome = self.0.queue.borrow_mut().returned(reply.body, Target::text);
                            self.show(outcome);
                        }
                        None => {
                            // It may be alive and talk nonsense.
                            self.0.renderer.terminate();
                            let outcome = self.0.queue.borrow_mut().crashed(Target::text);
                            self.show(outcome);
                        }
                    }
                }
            }
        }
    }

    fn show(&self, outcome: Outcome<Target>) {
        for change in outcome.changes {
            if change.is_first {
                change.target.rendered.clear();
            }
            change.target.rendered.apply(change.patch);
        }
        outcome.plain.into_iter().for_each(|target| target.rendered.set_plain());
        let queue = self.0.queue.borrow();
        // Dropping the sender wakes who waits.
        self.0.waiting.borrow_mut().retain(|(target, _)| queue.holds(target));
    }
}

/// Nobody sees the page.
fn is_hidden() -> bool {
    document().hidden()
}

impl Target {
    fn of(view: &ArcRwSignal<ColumnView>) -> Self {
        let rendered = view.with_untracked(|view| view.rendered.clone());
        Self { view: view.clone(), rendered, read_text: None }
    }

    /// The answer's text, unless the column has begun another one.
    fn text(&self) -> Option<String> {
        let is_shown = self.view.with_untracked(|view| view.rendered == self.rendered);
        self.read_text.as_ref().filter(|_| is_shown).and_then(|read| read())
    }
}
