//! Settings → which hosts get what, before anything is sent.

use super::catalogue::{address, host_of};
use crate::state::Settings;
use crate::types::{EmbedderRef, Endpoint, ModelRef, ProviderRow, RerankerRef};

/// Hosts by what they get, each once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destinations {
    /// The whole text of the documents, and the question: embedders.
    pub documents: Vec<String>,
    /// Passages of the evidence, and the question: rerankers and columns with documents.
    pub passages: Vec<String>,
    /// The question alone: columns without documents, and models that rewrite it.
    pub questions: Vec<String>,
}

impl Destinations {
    /// Where a question asked with these settings goes. A host is known by its provider's name until `rows`, the catalogue,
    /// are there.
    pub fn of(settings: &Settings, rows: &[ProviderRow]) -> Self {
        let host = |endpoint: &Endpoint| {
            let row = rows.iter().find(|row| row.id == endpoint.provider);
            let address = address(row, endpoint);
            match host_of(&address) {
                "" => endpoint.name.clone(),
                host => host.to_owned(),
            }
        };
        let mut to = Self::default();
        // Documents are indexed by every recipe, whether a column uses it or not.
        let indexes = std::iter::once(settings.recipe().own_index()).chain(settings.additional_indexes());
        for spec in indexes {
            if let Some(EmbedderRef::Remote { endpoint, .. }) = &spec.embedder {
                add(&mut to.documents, host(endpoint));
            }
        }
        // *Compare retrieval* searches by recipes that no column uses.
        for named in settings.recipes.iter() {
            if let Some(endpoint) = named.recipe.reranker.as_ref().and_then(RerankerRef::endpoint) {
                add(&mut to.passages, host(endpoint));
            }
            if let Some(ModelRef::Remote { endpoint, .. }) =
                named.recipe.rewrite.as_ref().map(|rewrite| &rewrite.model)
                && let Some(endpoint) = settings.endpoint(*endpoint)
            {
                add(&mut to.questions, host(endpoint));
            }
        }
        for column in &settings.columns {
            let ModelRef::Remote { endpoint, .. } = &column.model else { continue };
            let Some(endpoint) = settings.endpoint(*endpoint) else { continue };
            add(if column.with_documents { &mut to.passages } else { &mut to.questions }, host(endpoint));
        }
        // Said of the most that a host gets.
        let Self { documents, passages, questions } = &mut to;
        passages.retain(|host| !documents.contains(host));
        questions.retain(|host| !documents.contains(host) && !passages.contains(host));
        to
    }

    /// Whether nothing leaves this browser.
    pub fn is_local(&self) -> bool {
        self.documents.is_empty() && self.passages.is_empty() && self.questions.is_empty()
    }

    /// In a line.
    pub fn label(&self) -> String {
        let line =
            |hosts: &[String], say: fn(String) -> String| (!hosts.is_empty()).then(|| say(hosts.join(", ")));
        let lines = [
            line(&self.documents, |hosts| t!("Documents go to {hosts}", hosts = hosts)),
            line(&self.passages, |hosts| t!("Passages go to {hosts}", hosts = hosts)),
            line(&self.questions, |hosts| t!("Questions go to {hosts}", hosts = hosts)),
        ];
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        if lines.is_empty() { t!("Local only").to_owned() } else { lines.join(" · ") }
    }

    /// In full.
    pub fn explanation(&self) -> String {
        if self.is_local() {
            return t!("Documents, questions and answers stay in this browser.").to_owned();
        }
        let documents = self
            .documents
            .iter()
            .map(|host| t!("{host} gets the text of all documents, and questions.", host = host));
        let passages = self
            .passages
            .iter()
            .map(|host| t!("{host} gets the passages found, and questions.", host = host));
        let questions =
            self.questions.iter().map(|host| t!("{host} gets questions without passages.", host = host));
        let keys = t!(
            "Keys go only to the address that they were entered for. Everything else stays in this browser."
        );
        let lines = documents.chain(passages).chain(questions).chain([keys.to_owned()]);
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn add(hosts: &mut Vec<String>, host: String) {
    if !hosts.contains(&host) {
        hosts.push(host);
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::tests::row;
    use super::*;
    use crate::types::{Column, ColumnId, QueryRewrite, Recipe, RewriteKind};

    fn endpoint(id: u32, provider: &str, base_url: &str) -> Endpoint {
        Endpoint {
            id,
            name: "Groq".into(),
            provider: provider.into(),
            base_url: base_url.into(),
            ..Endpoint::default()
        }
    }

    fn settings(columns: &[(u32, bool)]) -> Settings {
        let endpoints = vec![endpoint(1, "groq", ""), endpoint(2, "", "http://localhost:11434/v1")];
        let mut settings = Settings { endpoints, ..Settings::default() };
        let local = settings.columns.clone();
        let column = |(at, (id, with_documents)): (usize, &(u32, bool))| Column {
            id: ColumnId(100 + at as u32),
            model: ModelRef::Remote { endpoint: *id, model: "m".into() },
            with_documents: *with_documents,
            ..local[0].clone()
        };
        settings.columns.extend(columns.iter().enumerate().map(column));
        settings
    }

    #[test]
    fn what_leaves_is_said_by_host_and_the_most_that_it_gets() {
        let label = |settings: &Settings| Destinations::of(settings, &[]).label();
        assert_eq!(label(&settings(&[])), "Local only");
        assert_eq!(label(&settings(&[(2, true), (2, false)])), "Passages go to localhost:11434");
        assert_eq!(
            label(&settings(&[(1, false), (2, true)])),
            "Passages go to localhost:11434 · Questions go to Groq"
        );
        // A column whose endpoint was removed sends nothing.
        assert_eq!(label(&settings(&[(9, true)])), "Local only");
        let mut remote = settings(&[(1, true), (2, true)]);
        remote.recipes.first.recipe.embedder = EmbedderRef::Remote {
            endpoint: endpoint(0, "", "https://e.example/v1"),
            model: "m".into(),
            dimensions: None,
        };
        remote.recipes.first.recipe.reranker = Some(RerankerRef::Remote {
            endpoint: endpoint(0, "", "https://e.example/v1"),
            model: "m".into(),
        });
        let to = Destinations::of(&remote, &[row("groq", "Groq")]);
        assert_eq!(to.label(), "Documents go to e.example · Passages go to eu.example.com, localhost:11434");
        assert!(!to.is_local() && to.explanation().contains("e.example gets the text of all documents"));
        // No column uses the recipe, but retrieval may be compared by it.
        let mut compared = settings(&[]);
        let reranker =
            RerankerRef::Remote { endpoint: endpoint(0, "", "https://r.example/v1"), model: "m".into() };
        compared.recipes.add("Reranked", Recipe { reranker: Some(reranker), ..Recipe::default() });
        assert_eq!(label(&compared), "Passages go to r.example");
        // The model that rewrites the question gets it, and nothing else.
        let mut rewriting = settings(&[]);
        let rewrite = |model| QueryRewrite { kind: RewriteKind::Hyde, model, prompt: "{{question}}".into() };
        let by =
            |settings: &mut Settings, model| settings.recipes.first.recipe.rewrite = Some(rewrite(model));
        by(&mut rewriting, ModelRef::Remote { endpoint: 1, model: "m".into() });
        assert_eq!(label(&rewriting), "Questions go to Groq");
        by(&mut rewriting, ModelRef::Remote { endpoint: 9, model: "m".into() });
        assert_eq!(label(&rewriting), "Local only");
        by(&mut rewriting, ModelRef::SmolLm2);
        assert_eq!(label(&rewriting), "Local only");
    }
}
