//! The page: what the person sees. See `ui`.

fn main() {
    #[cfg(target_arch = "wasm32")]
    sidecite::ui::mount();
}
