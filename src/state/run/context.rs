//! What each model's context takes, and what will be cut.

use crate::browser::clock::{epoch_millis, local_date};
use crate::prompt::{Budget, DatedTemplate, Expected, Style};
use crate::state::AppState;
use crate::state::settings::{BUDGET_TOKENS, Settings};
use crate::types::{Column, ColumnId, ModelRef, Parameters};
use leptos::prelude::*;

/// Context limits are raised to a multiple of this.
const STEP_TOKENS: u32 = 256;

/// Tokens that a model takes, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextLimit {
    /// Prompt and answer together.
    pub tokens: u32,
    /// Who says so.
    pub source: LimitSource,
}

/// Who limits a model's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitSource {
    /// The person, for this column.
    Column,
    /// The host, which lists it.
    Host,
    /// The settings of the built-in model.
    Tab,
}

/// A column to which not all of the evidence will go.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextGuard {
    /// The column.
    pub id: ColumnId,
    /// Its limit.
    pub limit: ContextLimit,
    /// What will fit.
    pub expected: Expected,
    /// Tokens of the whole prompt and its answer.
    pub needed_tokens: u32,
    /// The limit that would be enough, or the largest there is; nothing where it cannot be raised.
    pub raise_to: Option<u32>,
}

impl Settings {
    /// What a column's model takes; nothing where that is not known.
    pub fn limit_of(&self, column: &Column) -> Option<ContextLimit> {
        match &column.model {
            ModelRef::Extractive | ModelRef::Chrome => None,
            ModelRef::SmolLm2 => Some(ContextLimit { tokens: self.budget_tokens, source: LimitSource::Tab }),
            ModelRef::Remote { endpoint, model } => {
                let host = self.context_limit(*endpoint, model);
                let host = host.map(|tokens| ContextLimit { tokens, source: LimitSource::Host });
                let own = column.parameters.context_tokens;
                own.map(|tokens| ContextLimit { tokens, source: LimitSource::Column }).or(host)
            }
        }
    }

    /// How a column's model is given instructions and evidence.
    pub fn style_of(&self, column: &Column) -> Style {
        match &column.model {
            ModelRef::SmolLm2 => Style::Small,
            ModelRef::Remote { endpoint, .. } if column.parameters.native_citations => {
                let cites =
                    self.endpoint(*endpoint).is_some_and(|endpoint| endpoint.dialect.cites_natively());
                if cites { Style::Documents } else { Style::Standard }
            }
            _ => Style::Standard,
        }
    }

    /// The limit that is enough for a prompt of `input` tokens and its answer, or the largest there is; nothing where it cannot
    /// be raised.
    fn raise_to(&self, column: &Column, input: u32) -> Option<u32> {
        let limit = self.limit_of(column)?;
        let enough =
            input.saturating_add(self.answer_tokens(column)).checked_next_multiple_of(STEP_TOKENS)?;
        let most = match limit.source {
            LimitSource::Tab => *BUDGET_TOKENS.end(),
            LimitSource::Host => limit.tokens,
            LimitSource::Column => self
                .limit_of(&Column { parameters: Parameters::default(), ..column.clone() })
                .map_or(enough, |host| host.tokens),
        };
        Some(enough.min(most)).filter(|raised| *raised > limit.tokens)
    }

    /// What will be cut of `passages` for a question; nothing where all of it fits, as far as is known.
    pub fn context_guard(
        &self,
        column: &Column,
        question: &str,
        date: &str,
        passages: u32,
    ) -> Option<ContextGuard> {
        let limit = self.limit_of(column).filter(|_| column.with_documents)?;
        let style = self.style_of(column);
        let budget = Budget::estimated(Some(limit.tokens), &column.parameters, style);
        let template = self.template_of(column).cloned();
        let template = template.map(|template| DatedTemplate { template, date: date.to_owned() });
        let passages = (passages, self.recipe_of(column).chunking.size_tokens);
        let expected = Expected::new(question, template.as_ref(), passages, style, &budget);
        let raise_to = self.raise_to(column, expected.input_tokens);
        (expected.passages_fit < expected.passages).then_some(ContextGuard {
            id: column.id,
            limit,
            expected,
            needed_tokens: expected.input_tokens.saturating_add(self.answer_tokens(column)),
            raise_to,
        })
    }

    fn answer_tokens(&self, column: &Column) -> u32 {
        self.style_of(column).answer_tokens(&column.parameters)
    }
}

impl AppState {
    /// Columns to which not all of the evidence will go. Tracks question, columns and settings.
    pub fn context_guards(self) -> Vec<ContextGuard> {
        self.session.columns.len();
        // Of few chunks all are found.
        let totals = self.corpus.totals();
        let is_known = totals.under_way == 0 && totals.chunks > 0;
        let chunks = is_known.then(|| u32::try_from(totals.chunks).unwrap_or(u32::MAX));
        let (question, date) = (self.session.question.get(), local_date(epoch_millis()));
        self.settings.with(|settings| {
            let guard = |column| {
                let passages = settings.recipe_of(column).retrieval.top_k.min(chunks.unwrap_or(u32::MAX));
                settings.context_guard(column, &question, &date, passages)
            };
            settings.columns.iter().filter_map(guard).collect()
        })
    }

    /// The limit that holds all of the evidence of a column's last prompt, or the largest there is; nothing where it cannot be
    /// raised, as that of a run from history. Tracks which run is shown.
    pub fn raised_context(self, id: ColumnId) -> Option<u32> {
        let view = self.session.columns.value(&id).filter(|_| self.session.is_of_today())?;
        let fit = view.sent.as_ref()?.fit;
        self.settings.with_untracked(|settings| {
            settings.raise_to(&view.column, fit.tokens.saturating_add(fit.cut_tokens))
        })
    }

    /// Raises a column's context limit. One that has answered is asked again.
    pub fn raise_context(self, id: ColumnId, tokens: u32) {
        let Some(view) = self.session.columns.value(&id) else { return };
        match view.column.model {
            ModelRef::SmolLm2 => {
                self.set(|settings| settings.budget_tokens = tokens);
                if view.state().is_some() {
                    self.run_again(id);
                }
            }
            _ => {
                let parameters =
                    Parameters { context_tokens: Some(tokens), ..view.column.parameters.clone() };
                self.replace_column(id, Column { id: self.new_column_id(), parameters, ..view.column });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(context_tokens: Option<u32>) -> Column {
        let model = ModelRef::Remote { endpoint: 1, model: "m".into() };
        let parameters = Parameters { context_tokens, max_tokens: Some(100), ..Parameters::default() };
        Column { parameters, ..Column::new(ColumnId(2), model) }
    }

    #[test]
    fn the_columns_own_limit_goes_before_the_hosts_and_can_be_raised_up_to_it() {
        let mut settings = Settings::default();
        assert_eq!(settings.limit_of(&remote(None)), None);
        assert_eq!(settings.context_guard(&remote(None), "Why?", "", 6), None);
        settings.set_context_limit(1, "m", 512);
        settings.set_context_limit(1, "m", 1_024);
        let host = settings.context_guard(&remote(None), "Why?", "", 6).unwrap();
        assert_eq!((host.limit.tokens, host.limit.source, host.raise_to), (1_024, LimitSource::Host, None));
        let own = settings.context_guard(&remote(Some(600)), "Why?", "", 6).unwrap();
        assert_eq!((own.limit.source, own.raise_to), (LimitSource::Column, Some(1_024)));
        let unlimited = Parameters { context_tokens: Some(600), ..Parameters::default() };
        let unlimited = Column { parameters: unlimited, ..remote(None) };
        assert_eq!(settings.context_guard(&unlimited, "Why?", "", 6).unwrap().raise_to, Some(1_024));
        assert!(own.expected.passages_fit < host.expected.passages_fit);
        settings.set_context_limit(1, "m", 131_072);
        for column in [unlimited, remote(Some(600))] {
            let raised = settings.context_guard(&column, "Why?", "", 6).unwrap().raise_to;
            let parameters = Parameters { context_tokens: raised, ..column.parameters.clone() };
            assert_eq!(settings.context_guard(&Column { parameters, ..column }, "Why?", "", 6), None);
        }
        let raised = settings.context_guard(&remote(Some(600)), "Why?", "", 6).unwrap().raise_to.unwrap();
        assert!(raised < 4_096 && raised.is_multiple_of(STEP_TOKENS));
        assert_eq!(settings.context_guard(&remote(Some(raised)), "Why?", "", 6), None);
        assert_eq!(settings.context_guard(&remote(None), "Why?", "", 6), None);
    }

    #[test]
    fn the_tabs_budget_is_raised_to_what_is_needed_and_no_further_than_it_goes() {
        let mut settings = Settings::default();
        let small = Column::new(ColumnId(2), ModelRef::SmolLm2);
        let guard = settings.context_guard(&small, "Why?", "", 6).unwrap();
        assert_eq!((guard.limit.source, guard.expected.passages), (LimitSource::Tab, 6));
        assert!((1..6).contains(&guard.expected.passages_fit), "{guard:?}");
        settings.budget_tokens = guard.raise_to.unwrap();
        assert_eq!(settings.context_guard(&small, "Why?", "", 6), None);
        assert_eq!(settings.context_guard(&small, "Why?", "", 50).unwrap().raise_to, Some(8_192));
        let baseline = Column { with_documents: false, ..small };
        assert_eq!(settings.context_guard(&baseline, "Why?", "", 6), None);
    }
}
