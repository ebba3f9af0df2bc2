use crate::browser::clock::{now_millis, sleep};
use crate::cite::{Citation, cite_all};
use crate::markup::{Node, render};
use crate::types::{ChatEvent, NativeCitation, Passage};
use crate::worker::protocol::Painted;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// An answer is drawn at most this often: fast enough to look live, slow enough to leave the page free.
const PAINT_MILLIS: f64 = 25.0;

/// Turns an answer under way into nodes and citations, here rather than on the page's thread, and sends them a few
/// times a second.
#[derive(Clone)]
pub struct Painter(Rc<Inner>);

struct Inner {
    passages: Vec<Passage>,
    sent: u32,
    send: Box<dyn Fn(Painted)>,
    text: RefCell<Text>,
}

#[derive(Default)]
struct Text {
    answer: String,
    natives: Vec<NativeCitation>,
    /// What was drawn last.
    drawn: (Vec<Node>, Vec<Citation>),
    painted_millis: f64,
    /// A painting is due.
    due: bool,
}

impl Painter {
    /// An answer over the first `sent` of `passages`.
    pub fn new(passages: Vec<Passage>, sent: u32, send: impl Fn(Painted) + 'static) -> Self {
        let text = RefCell::default();
        Self(Rc::new(Inner { passages, sent, send: Box::new(send), text }))
    }

    /// Takes in a step of the answer.
    pub fn hear(&self, event: &ChatEvent) {
        let wait = {
            let mut text = self.0.text.borrow_mut();
            match event {
                ChatEvent::TextDelta(delta) => text.answer.push_str(delta),
                ChatEvent::Citation(native) => text.natives.push(native.clone()),
                _ => return,
            }
            if std::mem::replace(&mut text.due, true) {
                return;
            }
            PAINT_MILLIS - (now_millis() - text.painted_millis)
        };
        if wait <= 0.0 {
            return self.paint();
        }
        let painter = self.clone();
        spawn_local(async move {
            sleep(wait as i32).await;
            painter.paint();
        });
    }

    /// Draws what has not been drawn yet; to be called at the end.
    pub fn paint(&self) {
        let mut text = self.0.text.borrow_mut();
        if !std::mem::take(&mut text.due) {
            return;
        }
        text.painted_millis = now_millis();
        let (answer, citations) = cite_all(&text.answer, &text.natives, &self.0.passages, self.0.sent);
        let nodes = render(&answer, &citations);
        // Only what has changed crosses the thread boundary and is drawn anew.
        let (before, cited) = &text.drawn;
        let keep = if citations.starts_with(cited) {
            before.iter().zip(&nodes).take_while(|(before, now)| before == now).count()
        } else {
            0
        };
        let tail = nodes.get(keep..).unwrap_or(&[]).to_vec();
        text.drawn = (nodes, citations.clone());
        (self.0.send)(Painted { keep: keep as u32, nodes: tail, citations });
    }
}
