use leptos::prelude::*;

/// A line drawing of 16 × 16; says nothing to a screen reader.
#[component]
pub fn Icon(
    /// Which one.
    name: Name,
) -> impl IntoView {
    let path = match name {
        Name::Add => "M8 3v10M3 8h10",
        Name::Close => "M4 4l8 8M12 4l-8 8",
        Name::Retry => "M12.5 6A5 5 0 1 0 13 8.5M12.5 2.5V6H9",
        Name::Stop => "M4.5 4.5h7v7h-7z",
        Name::Expand => "M9.5 3H13v3.5M6.5 13H3V9.5M13 3L9 7M3 13l4-4",
        Name::Code => "M6 4L2.5 8 6 12M10 4l3.5 4L10 12",
        Name::Settings => {
            "M3 4.5h6M11.5 4.5H13M3 11.5h1.5M7 11.5h6M10.2 3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM5.8 10a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z"
        }
        Name::Providers => "M3 3h10v4H3zM3 9h10v4H3zM5.2 5h.1M5.2 11h.1M8 5h3M8 11h3",
        Name::Theme => "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
        Name::Left => "M12.5 8h-9M7 4.5L3.5 8 7 11.5",
        Name::Right => "M3.5 8h9M9 4.5L12.5 8 9 11.5",
        Name::Duplicate => "M6 3h7v7H6zM10 10v3H3V6h3M9.5 4.8v3.4M7.8 6.5h3.4",
        Name::Sets => "M3 3h4v10H3zM9 3h4v4H9zM9 9h4v4H9z",
        Name::Back => "M9.5 3.5L5 8l4.5 4.5",
        Name::Folder => "M2.5 4.5h4l1.2 1.5h5.8v6.5h-11z",
        Name::Paste => "M5.5 3.5h-2v9.5h9v-9.5h-2M5.5 2.5h5v2h-5z",
        Name::Baseline => "M3 3l10 10M4.5 2.5h5l2.5 2.5v5.5M12 13.5H4v-8",
        Name::History => "M3 8a5 5 0 1 0 1.6-3.7M3 2.5V5h2.5M8 5v3.2l2 1.3",
        Name::Star => "M8 2.4l1.7 3.5 3.9.6-2.8 2.7.7 3.8L8 11.2 4.5 13l.7-3.8L2.4 6.5l3.9-.6z",
        Name::Reply => "M6.5 3.5L3 7l3.5 3.5M3 7h6a4 4 0 0 1 4 4v1.5",
        Name::Rename => "M3 13l.6-2.6L10.5 3.5l2 2L5.6 12.4zM9 5l2 2",
        Name::Delete => "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.5M9.2 7v3.5",
        Name::ThumbUp => {
            "M5 7.5L7.5 2.8a1.3 1.3 0 0 1 1.3 1.4L8.5 6.5H12a1.2 1.2 0 0 1 1.2 1.4l-.7 4A1.2 1.2 0 0 1 11.3 13H5zM5 7.5H2.8V13H5z"
        }
        Name::ThumbDown => {
            "M11 8.5L8.5 13.2a1.3 1.3 0 0 1-1.3-1.4l.3-2.3H4a1.2 1.2 0 0 1-1.2-1.4l.7-4A1.2 1.2 0 0 1 4.7 3H11zM11 8.5h2.2V3H11z"
        }
        Name::Note => "M3 3h10v7l-3 3H3zM10 13v-3h3M5.5 6h5M5.5 8.5h3",
        Name::Copy => "M5.5 5.5h7.5v7.5H5.5zM3 10.5V3h7.5",
        Name::Download => "M8 3v7M5 7.5l3 3 3-3M3 13h10",
        Name::Lock => "M4 7.5h8V13H4zM5.5 7.5V5.5a2.5 2.5 0 0 1 5 0v2",
        Name::Sent => "M3 13L13 3M6.5 3H13v6.5",
        Name::Done => "M3 8.5L6.5 12 13 4.5",
        Name::Waiting => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2 1.3",
        Name::Writing => "M3 5h10M3 8h7M3 11h4",
        Name::Commands => "M3 4.5L6.5 8 3 11.5M8.5 11.5H13",
        Name::Warning => "M8 2.5L14 13H2zM8 6.5v3M8 11.3v.2",
    };
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=path fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>
        </svg>
    }
}

/// The drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Name {
    Add,
    Close,
    Retry,
    Stop,
    Expand,
    Code,
    Settings,
    Providers,
    Theme,
    Back,
    Folder,
    Paste,
    Baseline,
    History,
    Star,
    Reply,
    Rename,
    Delete,
    ThumbUp,
    ThumbDown,
    Note,
    Copy,
    Download,
    Lock,
    Sent,
    Done,
    Waiting,
    Writing,
    Commands,
    Warning,
    Left,
    Right,
    Duplicate,
    Sets,
}
