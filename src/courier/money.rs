//! What a call may cost, before it is sent; what it cost, when it has ended. Both are one transaction of the courier's
//! database, so that the day's limit holds across tabs.

use super::{CallRecord, Courier, Outcome, Ports, spending, summarise};
use crate::courier::Health;
use crate::format::date::Date;
use crate::provider::Target;
use crate::provider::pricing::{self, Tariff};
use crate::types::problem::notice;
use crate::types::{
    Answer, AnswerState, CallFailure, Cost, Dialect, Price, Spending, SpendingLimits, Usage, UserError,
};
use serde::{Deserialize, Serialize};

/// How far back health looks.
const HEALTH_MILLIS: f64 = 30.0 * 86_400_000.0;

/// A price that was entered by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomPrice {
    /// Whose.
    pub provider: String,
    /// Of what.
    pub model: String,
    /// In dollars a million tokens.
    pub price: Price,
}

/// What was spent, and what models cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SpendingReport {
    /// By provider and day, newest day first.
    pub days: Vec<Spending>,
    /// Where to warn and where to stop.
    pub limits: SpendingLimits,
    /// The price list in use and its date.
    pub list: String,
    /// Prices entered by hand.
    pub custom_prices: Vec<CustomPrice>,
}

/// What a call is expected to cost, from before it is sent until it is settled.
pub(super) struct Quote {
    provider: String,
    model: String,
    dialect: Dialect,
    tariff: Option<Tariff>,
    /// Names what is held back of the day's limit for it.
    reservation: Option<String>,
    prompt_tokens: u64,
    at_millis: f64,
}

impl<P: Ports> Courier<P> {
    /// The price of a call of so many tokens in, and at most so many out, and leave to make it.
    ///
    /// # Errors
    /// `OverBudget` when the day's limit forbids it: nothing was sent.
    pub(super) async fn reserve(
        &self,
        target: &Target,
        model: &str,
        (prompt_tokens, most): (u64, u64),
    ) -> Result<Quote, CallFailure> {
        self.load_prices().await;
        let tariff = self.tariff(&target.provider, model);
        let estimate = tariff.as_ref().and_then(|tariff| pricing::estimate(tariff, prompt_tokens, most));
        let at_millis = self.port.epoch_millis();
        let estimate_usd = estimate.map(|cost| cost.usd);
        // A database that fails stops nobody: limits are then unknown.
        let reservation = match self.db.reserve(&self.today(), estimate_usd, at_millis).await {
            Ok(Ok(reservation)) => reservation,
            Ok(Err(verdict)) => match verdict.to_failure() {
                Some(failure) => return Err(failure),
                None => None,
            },
            Err(_) => None,
        };
        Ok(Quote {
            provider: target.provider.clone(),
            model: model.to_owned(),
            dialect: target.dialect,
            tariff,
            reservation,
            prompt_tokens,
            at_millis,
        })
    }

    /// Settles a call that has ended: its cost, and what to tell the person about the day's spending.
    pub(super) async fn settle(
        &self,
        quote: Quote,
        failure: Option<&CallFailure>,
        answer: &Answer,
    ) -> (Option<Cost>, Option<UserError>) {
        // What failed before the first token and reports nothing is taken to be free.
        let charged = answer.usage.is_some() || answer.timing.first_token_millis.is_some();
        let usage = answer.usage.unwrap_or(Usage {
            input_tokens: Some(quote.prompt_tokens),
            output_tokens: Some(answer.output_tokens().0),
            ..Usage::default()
        });
        let cost = quote
            .tariff
            .as_ref()
            .filter(|_| charged)
            .and_then(|tariff| pricing::cost(tariff, &usage, quote.dialect))
            .map(|cost| Cost { reported: cost.reported && answer.usage.is_some(), ..cost });
        let counts = pricing::counts(&usage, quote.dialect);
        let spent = charged.then(|| {
            let mut book = Vec::new();
            spending::add(&mut book, &quote.provider, &self.today(), cost.as_ref(), counts.as_ref());
            book.pop().unwrap_or_default()
        });
        let outcome = match failure {
            Some(failure) => Outcome::Failed(failure.cause),
            None if answer.state == AnswerState::Stopped => Outcome::Stopped,
            None => Outcome::Ok,
        };
        let call = CallRecord {
            at_millis: quote.at_millis,
            provider: quote.provider,
            model: quote.model,
            outcome,
            first_token_millis: answer.timing.first_token_millis,
            tokens_per_second: answer.tokens_per_second(),
            output_tokens: answer.usage.and_then(|usage| usage.output_tokens),
        };
        let notice = match self.db.settle(&call, spent.as_ref(), quote.reservation.as_deref()).await {
            Ok(today_usd) => self.alert(today_usd, cost.as_ref()).await,
            Err(error) => Some(notice::not_counted(error)),
        };
        (cost, notice)
    }

    /// What to say when this call made the day's spending pass the alert level.
    async fn alert(&self, today_usd: f64, cost: Option<&Cost>) -> Option<UserError> {
        let limit = self.db.limits().await.alert_usd?;
        let before = today_usd - cost?.usd;
        (before < limit && today_usd >= limit).then(|| notice::spending_warning(today_usd, limit))
    }

    /// What was spent.
    pub async fn spending(&self) -> SpendingReport {
        self.load_prices().await;
        let days = self.db.spending().await.unwrap_or_default();
        let limits = self.db.limits().await;
        let (list, custom_prices) = self.price_summary();
        SpendingReport { days, limits, list, custom_prices }
    }

    /// Changes where to warn and where to stop.
    ///
    /// # Errors
    /// They cannot be stored.
    pub async fn set_limits(&self, limits: SpendingLimits) -> Result<(), UserError> {
        let usable = |usd: Option<f64>| usd.filter(|usd| usd.is_finite() && *usd >= 0.0);
        let limits =
            SpendingLimits { alert_usd: usable(limits.alert_usd), stop_usd: usable(limits.stop_usd) };
        Ok(self.db.set_limits(limits).await?)
    }

    /// How calls from this browser went.
    ///
    /// # Errors
    /// The database fails.
    pub async fn health(&self) -> Result<Vec<Health>, UserError> {
        let now = self.port.epoch_millis();
        let calls = self.db.calls_since(now - HEALTH_MILLIS).await?;
        Ok(summarise(&calls, now))
    }

    /// Forgets them.
    ///
    /// # Errors
    /// The database fails.
    pub async fn clear_health(&self) -> Result<(), UserError> {
        Ok(self.db.forget_calls(f64::INFINITY).await?)
    }

    /// The day here, `YYYY-MM-DD`.
    pub(super) fn today(&self) -> String {
        let local_millis = self.port.epoch_millis() - self.port.utc_offset_minutes() * 60_000.0;
        Date::of_days((local_millis / 86_400_000.0).max(0.0) as i64).to_string()
    }
}
