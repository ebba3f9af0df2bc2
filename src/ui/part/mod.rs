//! The parts of the page, one a file; a part's CSS class equals its file name.

pub mod add_column;
pub mod answer;
pub mod column;
pub mod composer;
pub mod dialog;
pub mod document_row;
pub mod documents;
pub mod endpoint_form;
pub mod evidence;
pub mod header;
pub mod icon;
pub mod metrics;
pub mod paste;
pub mod request;
pub mod settings;
pub mod viewer;
