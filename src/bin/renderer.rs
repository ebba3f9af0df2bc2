//! The renderer: a worker of its own. See `browser::serve`.

fn main() {
    sidecite::browser::serve::renderer();
}
