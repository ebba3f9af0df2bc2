//! The providers dialog, and the form of an endpoint.

pub(in crate::ui) mod dialog;
pub(in crate::ui) mod endpoint_form;
pub(in crate::ui) mod health;
pub(in crate::ui) mod key_field;
pub(in crate::ui) mod keys;
pub(in crate::ui) mod model_field;
pub(in crate::ui) mod network_log;
pub(in crate::ui) mod provider_picker;
pub(in crate::ui) mod spending;
