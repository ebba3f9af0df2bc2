use crate::provider::pricing::{self, Tariff};
use crate::state::providers::money;
use crate::state::{AppState, Settings};
use crate::types::{EmbedderRef, Endpoint, ModelRef, PromptTemplate, QueryRewrite};
use crate::worker::protocol::{ListPrices, ModelAt};
use leptos::prelude::*;
use leptos::task::spawn_local;

impl AppState {
    /// Asks what the models of the remote columns, and those that rewrite their questions, cost. Starts nothing while there are none.
    pub(in crate::state) fn price_columns(self) {
        if self.settings.with_untracked(needs_catalogue) {
            self.load_catalogue();
        }
        let mut names = Vec::new();
        let mut asked = Vec::new();
        self.settings.with_untracked(|settings| {
            let columns = settings.columns.iter().map(|column| &column.model);
            let rewriting = settings.rewrites().into_iter().map(|rewrite| &rewrite.model);
            for model in columns.chain(rewriting) {
                if let ModelRef::Remote { endpoint, model } = model
                    && let Some(found) = settings.endpoint(*endpoint)
                    && !names.contains(&(*endpoint, model.clone()))
                {
                    names.push((*endpoint, model.clone()));
                    asked.push(ModelAt { endpoint: found.clone(), model: model.clone() });
                }
            }
        });
        if asked.is_empty() {
            return;
        }
        spawn_local(async move {
            // Without prices there is no estimate, and that is all.
            if let Ok(prices) = self.courier(ListPrices(asked)).await {
                let named = names.into_iter().zip(prices);
                let prices = named.map(|((endpoint, model), price)| (endpoint, model, price)).collect();
                self.providers.update(|store| store.prices = prices);
            }
        });
    }

    /// What the next run may cost, as text; nothing while no column has a price. Tracks question, columns and prices.
    pub fn cost_estimate(self) -> Option<String> {
        let priced = self.providers.with(|store| store.prices.clone());
        if priced.is_empty() {
            return None;
        }
        // Adding and removing must be noticed: the settings' list alone is not shown.
        self.session.columns.len();
        let question = self.session.question.get();
        let costs: Vec<Option<f64>> = self.settings.with(|settings| {
            let remote = settings.columns.iter().filter_map(|column| match &column.model {
                ModelRef::Remote { endpoint, model } => Some((column, endpoint, model)),
                _ => None,
            });
            let tariff_of = |endpoint: &u32, model: &String| {
                let known = priced.iter().find(|(at, name, _)| at == endpoint && name == model);
                known?.2.clone().map(Tariff::from)
            };
            let cost = |(column, endpoint, model): (&crate::types::Column, &u32, &String)| {
                let recipe = settings.recipe_of(column);
                let retrieval = column.with_documents.then_some(&recipe.retrieval);
                let prompt = pricing::prompt_tokens(
                    &question,
                    settings.template_of(column),
                    retrieval,
                    recipe.chunking.size_tokens,
                );
                let output = pricing::output_tokens(&column.parameters);
                pricing::estimate(&tariff_of(endpoint, model)?, prompt, output).map(|cost| cost.usd)
            };
            let rewriting = settings.rewrites().into_iter().filter_map(|rewrite| match &rewrite.model {
                ModelRef::Remote { endpoint, model } => Some((rewrite, endpoint, model)),
                _ => None,
            });
            let rewriting_cost = |(rewrite, endpoint, model): (&QueryRewrite, &u32, &String)| {
                let template = PromptTemplate { system: String::new(), user: rewrite.prompt.clone() };
                let prompt = pricing::prompt_tokens(&question, Some(&template), None, 0);
                let output = pricing::output_tokens(&settings.rewrite_parameters(rewrite));
                pricing::estimate(&tariff_of(endpoint, model)?, prompt, output).map(|cost| cost.usd)
            };
            remote.map(cost).chain(rewriting.map(rewriting_cost)).collect()
        });
        money::estimate_line(&costs)
    }
}

/// Whether hosts are known by their row of the catalogue only.
fn needs_catalogue(settings: &Settings) -> bool {
    let is_row = |endpoint: &Endpoint| endpoint.base_url.is_empty();
    let recipes = || settings.recipes.iter().map(|named| &named.recipe);
    let embedders = recipes().filter_map(|recipe| match &recipe.embedder {
        EmbedderRef::Remote { endpoint, .. } => Some(endpoint),
        EmbedderRef::BuiltIn => None,
    });
    let rerankers = recipes().filter_map(|recipe| recipe.reranker.as_ref()?.endpoint());
    let columns = settings.columns.iter().filter_map(|column| match &column.model {
        ModelRef::Remote { endpoint, .. } => settings.endpoint(*endpoint),
        _ => None,
    });
    let rewriting = recipes().filter_map(|recipe| match &recipe.rewrite.as_ref()?.model {
        ModelRef::Remote { endpoint, .. } => settings.endpoint(*endpoint),
        _ => None,
    });
    columns.chain(rewriting).chain(embedders).chain(rerankers).any(is_row)
}
