//! The local_model: a worker of its own. See `browser::serve`.

fn main() {
    sidecite::browser::serve::local_model();
}
