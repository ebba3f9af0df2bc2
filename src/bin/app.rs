//! The page: what the person sees. See `ui`.

fn main() {
    sidecite::ui::mount();
}
