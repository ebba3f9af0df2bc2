//! One graph. Building it keeps this thread busy for as long as it takes: whoever does not want to wait ends the worker.

use crate::browser::clock::now_millis;
use crate::graph::Graph;
use crate::kernel::f32s_from_le_bytes;
use crate::worker::protocol::{GraphSize, MakeGraph, ToGraph};
use crate::worker::{Request, serve};
use std::cell::RefCell;

/// Serves the engine.
pub fn graph() {
    let graph = RefCell::new(None::<Graph>);
    serve(move |request: Request<ToGraph>| match &request.body {
        ToGraph::MakeGraph(call) => {
            let made = make(call, request.bytes());
            let size = made.as_ref().map(|(_, size)| *size);
            *graph.borrow_mut() = made.map(|(graph, _)| graph);
            request.reply.to(call).send(&size);
        }
        ToGraph::AskGraph(call) => {
            let found = graph.borrow().as_ref().map(|graph| graph.nearest(&call.query, call.k as usize));
            let found = found.unwrap_or_else(|| Ok(Vec::new()));
            let pairs = |found: Vec<crate::index::Neighbour>| {
                found.into_iter().map(|near| (near.key, near.similarity)).collect()
            };
            request.reply.to(call).send(&found.map(pairs));
        }
    });
}

fn make(call: &MakeGraph, bytes: Vec<u8>) -> Option<(Graph, GraphSize)> {
    let started = now_millis();
    let rows = f32s_from_le_bytes(&bytes);
    drop(bytes);
    let graph = Graph::build(call.engine, call.dimension as usize, &call.keys, rows)?;
    let size = GraphSize {
        vectors: u32::try_from(call.keys.len()).unwrap_or(u32::MAX),
        build_millis: now_millis() - started,
        memory_bytes: graph.size_bytes() as u64,
    };
    Some((graph, size))
}
