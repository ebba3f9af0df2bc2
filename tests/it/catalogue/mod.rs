//! `provider::catalogue`: every system has its row, every row keeps to its headers, no value leaves its parameter.

mod rows;
mod sent;

use sidecite::provider::{Catalogue, encode};
use sidecite::types::{ChatRequest, Dialect, Endpoint, Message, Parameters, ProviderRow, Role};

fn built_in() -> Catalogue {
    Catalogue::built_in().unwrap()
}

fn endpoint(provider: &str, dialect: Dialect, url_params: &[(&str, &str)]) -> Endpoint {
    let url_params =
        url_params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Endpoint { provider: provider.into(), dialect, url_params, ..Endpoint::default() }
}

fn question(model: &str) -> ChatRequest {
    let message = |role, content: &str| Message { role, content: content.into() };
    ChatRequest {
        model: model.into(),
        messages: vec![message(Role::System, "Be brief."), message(Role::User, "Why?")],
        parameters: Parameters { max_tokens: Some(100), seed: Some(7), ..Parameters::default() },
        ..ChatRequest::default()
    }
}

/// The endpoint of a route with its examples filled in.
fn filled(row: &ProviderRow, place: usize) -> Endpoint {
    let route = &row.routes[place];
    let url_params =
        route.url_params.iter().map(|blank| (blank.name.clone(), blank.example.clone())).collect();
    Endpoint { provider: row.id.clone(), dialect: route.dialect, url_params, ..Endpoint::default() }
}

fn url_of(endpoint: &Endpoint, model: &str) -> String {
    let target = built_in().target(endpoint).unwrap();
    encode(&target, &question(model), None).unwrap().url
}
