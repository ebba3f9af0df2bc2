//! The graph: a worker of its own, ended rather than cleaned up. See `browser::serve`.

fn main() {
    sidecite::browser::serve::graph();
}
