//! Prices, the day's spending and its limits, and how calls went: what is kept of one's own calls.

use super::CourierState;
use super::check::fetch_whole;
use crate::browser::clock::epoch_millis;
use crate::browser::fetch::site_file;
use crate::browser::serve::site_url;
use crate::courier::{CallRecord, Outcome, Purpose, Reply, spending, summarise};
use crate::format::date::Date;
use crate::prompt::Prompt;
use crate::provider::pricing::{self, Entered, Moment, PriceBook, PriceList, Tariff};
use crate::provider::{HttpRequest, Target};
use crate::types::{
    Answer, CallFailure, Cost, Dialect, Endpoint, Price, Spending, SpendingLimits, Usage, UserError,
};
use crate::worker::protocol::{FromCourier, PriceSource};
use futures_util::lock::Mutex;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};

/// The price list that ships with the page.
const SHIPPED: &str = "prices/genai-prices.json";
/// How far back health looks.
const HEALTH_DAYS: f64 = 30.0;

const LIMITS: &str = "limits";
const BY_HAND: &str = "prices-by-hand";
const FETCHED: &str = "prices-fetched";

/// A list that was fetched on request, as it came.
#[derive(Serialize, Deserialize)]
struct Fetched {
    source: PriceSource,
    day: String,
    body: Vec<u8>,
}

/// What is known of prices and spending in this tab.
#[derive(Default)]
pub struct Money {
    book: RefCell<PriceBook>,
    limits: Cell<SpendingLimits>,
    loaded: Mutex<bool>,
    /// What calls under way may cost at most: of several that start together each must see the others.
    reserved_usd: Cell<f64>,
}

/// What a call is expected to cost, from before it is sent until it is booked.
pub struct Quote {
    provider: String,
    model: String,
    dialect: Dialect,
    tariff: Option<Tariff>,
    reserved_usd: f64,
    prompt_tokens: u64,
    at_millis: f64,
}

impl CourierState {
    /// The price of a call and leave to make it.
    ///
    /// # Errors
    /// `OverBudget` when the day's limit forbids it: nothing was sent.
    pub(super) async fn quote(
        &self,
        target: &Target,
        model: &str,
        prompt: &Prompt,
    ) -> Result<Quote, CallFailure> {
        let most = pricing::output_tokens(prompt.request.parameters.max_tokens);
        self.quote_tokens(target, model, (u64::from(prompt.fit.tokens), most)).await
    }

    /// The same for so many tokens in, and at most so many out.
    pub(super) async fn quote_tokens(
        &self,
        target: &Target,
        model: &str,
        (prompt_tokens, most): (u64, u64),
    ) -> Result<Quote, CallFailure> {
        self.load_money().await;
        let tariff = self.tariff(&target.provider, model);
        let estimate = tariff.as_ref().and_then(|tariff| pricing::estimate(tariff, prompt_tokens, most));
        let estimate_usd = estimate.map(|cost| cost.usd);
        let limits = self.money.limits.get();
        if limits.stop_usd.is_some() {
            let spent = spending::today(&self.spent().await, &today()).usd + self.money.reserved_usd.get();
            if let Some(failure) = spending::verdict(&limits, spent, estimate_usd).to_failure() {
                return Err(failure);
            }
        }
        let reserved_usd = estimate_usd.unwrap_or(0.0);
        self.money.reserved_usd.set(self.money.reserved_usd.get() + reserved_usd);
        Ok(Quote {
            provider: target.provider.clone(),
            model: model.to_owned(),
            dialect: target.dialect,
            tariff,
            reserved_usd,
            prompt_tokens,
            at_millis: epoch_millis() as f64,
        })
    }

    /// Books a call that has ended: its cost, and what to tell the person about the day's spending.
    pub(super) async fn book(
        &self,
        quote: &Quote,
        failure: Option<&CallFailure>,
        stopped: bool,
        answer: &Answer,
    ) -> (Option<Cost>, Option<String>) {
        self.money.reserved_usd.set((self.money.reserved_usd.get() - quote.reserved_usd).max(0.0));
        let any_token = answer.timing.first_token_millis.is_some();
        // What failed before the first word and reports nothing is taken to be free.
        let charged = answer.usage.is_some() || any_token;
        let usage = answer.usage.unwrap_or(Usage {
            input_tokens: Some(quote.prompt_tokens),
            output_tokens: Some(answer.output_tokens().0),
            ..Usage::default()
        });
        let cost = quote.tariff.as_ref().filter(|_| charged);
        let cost = cost
            .and_then(|tariff| pricing::cost(tariff, &usage, quote.dialect))
            .map(|cost| Cost { reported: cost.reported && answer.usage.is_some(), ..cost });
        let counts = pricing::counts(&usage, quote.dialect);
        let spent = charged.then(|| {
            let mut book = Vec::new();
            spending::add(&mut book, &quote.provider, &today(), cost.as_ref(), counts.as_ref());
            book.pop().unwrap_or_default()
        });
        let outcome = match failure {
            Some(failure) => Outcome::Failed(failure.cause),
            None if stopped => Outcome::Stopped,
            None => Outcome::Ok,
        };
        let call = CallRecord {
            at_millis: quote.at_millis,
            provider: quote.provider.clone(),
            model: quote.model.clone(),
            outcome,
            first_token_millis: answer.timing.first_token_millis,
            tokens_per_second: answer.tokens_per_second(),
            output_tokens: answer.usage.and_then(|usage| usage.output_tokens),
        };
        let kept = self.db().await.append(&call, spent.as_ref()).await;
        let mut notice = self.alert(cost.as_ref()).await;
        if let Err(error) = kept {
            notice.get_or_insert_with(|| format!("This call could not be added to Spending: {error}"));
        }
        (cost, notice)
    }

    /// What to say when this call made the day's spending pass the alert level.
    async fn alert(&self, cost: Option<&Cost>) -> Option<String> {
        let limit = self.money.limits.get().alert_usd?;
        let after = spending::today(&self.spent().await, &today()).usd;
        let before = after - cost?.usd;
        (before < limit && after >= limit)
            .then(|| format!("Daily warning: ${after:.4} spent today; your warning level is ${limit}."))
    }

    pub(super) async fn prices(&self, of: &[(Endpoint, String)]) -> FromCourier {
        self.load_money().await;
        let price = |(endpoint, model): &(Endpoint, String)| {
            let target = self.target(endpoint).ok()?;
            self.tariff(&target.provider, model).map(|tariff| tariff.base)
        };
        FromCourier::Prices(of.iter().map(price).collect())
    }

    /// The price of a model at a row of the catalogue.
    pub(super) fn price(&self, provider: &str, model: &str) -> Option<Price> {
        self.tariff(provider, model).map(|tariff| tariff.base)
    }

    fn tariff(&self, provider: &str, model: &str) -> Option<Tariff> {
        let names = self.catalogue().map_or(&[][..], |catalogue| catalogue.price_names(provider));
        self.money.book.borrow().tariff(provider, names, model, &Moment::of(epoch_millis() as f64))
    }

    pub(super) async fn spending(&self) -> FromCourier {
        self.load_money().await;
        let days = self.spent().await;
        let by_hand =
            |entered: &Entered| (entered.provider.clone(), entered.model.clone(), entered.price.clone());
        let book = self.money.book.borrow();
        let list = book.lists().first().map(PriceList::source).unwrap_or_default();
        let overrides = book.entered().iter().map(by_hand).collect();
        FromCourier::Spending { days, limits: self.money.limits.get(), list, overrides }
    }

    pub(super) async fn set_limits(&self, limits: SpendingLimits) -> FromCourier {
        self.load_money().await;
        let usable = |usd: Option<f64>| usd.filter(|usd| usd.is_finite() && *usd >= 0.0);
        let limits =
            SpendingLimits { alert_usd: usable(limits.alert_usd), stop_usd: usable(limits.stop_usd) };
        self.money.limits.set(limits);
        self.keep(LIMITS, &limits).await
    }

    pub(super) async fn set_price(&self, provider: &str, model: &str, price: Option<Price>) -> FromCourier {
        self.load_money().await;
        let entered = {
            let mut book = self.money.book.borrow_mut();
            match price {
                None => book.forget(provider, model),
                Some(price) => {
                    if let Err(error) = book.enter(provider, model, price, &today()) {
                        return user_error(&error.to_string(), error.hint());
                    }
                }
            }
            book.entered().to_vec()
        };
        self.keep(BY_HAND, &entered).await
    }

    /// Fetches a newer list because the person asked for it.
    pub(super) async fn refresh_prices(&self, source: PriceSource) -> FromCourier {
        self.load_money().await;
        let url = match source {
            PriceSource::BuiltIn => {
                let kept = self.db().await.set_pref(FETCHED, None).await;
                *self.money.loaded.lock().await = false;
                self.load_money().await;
                return match kept {
                    Ok(()) => FromCourier::Done,
                    Err(error) => user_error(&error.to_string(), &error.hint()),
                };
            }
            PriceSource::OpenRouter => "https://openrouter.ai/api/v1/models",
            PriceSource::ModelsDev => "https://models.dev/api.json",
        };
        let http = HttpRequest { method: "GET".into(), url: url.into(), ..HttpRequest::default() };
        let entry = self.egress.borrow_mut().sent(&http, Purpose::Prices, epoch_millis() as f64);
        let reply = fetch_whole(&http).await;
        self.fetched(entry, &reply);
        let body = match reply {
            Reply::Status(status, body) if (200..300).contains(&status) => body,
            Reply::Status(status, _) => return user_error(&format!("{url} answered {status}"), KEEP),
            Reply::NetworkError | Reply::TimedOut => {
                return user_error(&format!("{url} did not respond"), KEEP);
            }
        };
        let fetched = Fetched { source, day: today(), body };
        match fetched.list() {
            Ok(list) => self.money.book.borrow_mut().add(list),
            Err(error) => return user_error(&error.to_string(), error.hint()),
        }
        self.keep(FETCHED, &fetched).await
    }

    pub(super) async fn health(&self) -> FromCourier {
        let now = epoch_millis() as f64;
        match self.db().await.calls_since(now - HEALTH_DAYS * 86_400_000.0).await {
            Ok(calls) => FromCourier::Health(summarise(&calls, now)),
            Err(error) => user_error(&error.to_string(), &error.hint()),
        }
    }

    pub(super) async fn clear_health(&self) -> FromCourier {
        match self.db().await.forget_calls(f64::INFINITY).await {
            Ok(()) => FromCourier::Done,
            Err(error) => user_error(&error.to_string(), &error.hint()),
        }
    }

    async fn spent(&self) -> Vec<Spending> {
        self.db().await.spending().await.unwrap_or_default()
    }

    async fn keep<T: Serialize>(&self, name: &str, value: &T) -> FromCourier {
        let Ok(bytes) = postcard::to_allocvec(value) else {
            return user_error("the change could not be saved", "Try again.");
        };
        match self.db().await.set_pref(name, Some(bytes)).await {
            Ok(()) => FromCourier::Done,
            Err(error) => user_error(&error.to_string(), &error.hint()),
        }
    }

    /// Reads what was kept, once. What cannot be read is left out: prices are then unknown, never wrong.
    pub(super) async fn load_money(&self) {
        // Whoever comes meanwhile waits: half a book would call known prices unknown.
        let mut loaded = self.money.loaded.lock().await;
        if std::mem::replace(&mut *loaded, true) {
            return;
        }
        let mut book = PriceBook::default();
        if let Ok(bytes) = site_file(&site_url(SHIPPED), |_, _| ()).await
            && let Ok(list) = PriceList::parse(&bytes)
        {
            book.add(list);
        }
        if let Some(fetched) = self.pref::<Fetched>(FETCHED).await
            && let Ok(list) = fetched.list()
        {
            book.add(list);
        }
        book.restore(self.pref::<Vec<Entered>>(BY_HAND).await.unwrap_or_default());
        *self.money.book.borrow_mut() = book;
        self.money.limits.set(self.pref::<SpendingLimits>(LIMITS).await.unwrap_or_default());
    }

    async fn pref<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        let bytes = self.db().await.pref(name).await.ok().flatten()?;
        postcard::from_bytes(&bytes).ok()
    }
}

impl Fetched {
    fn list(&self) -> Result<PriceList, pricing::Error> {
        match self.source {
            PriceSource::ModelsDev => PriceList::from_models_dev(&self.body, &self.day),
            PriceSource::OpenRouter | PriceSource::BuiltIn => {
                PriceList::from_openrouter(&self.body, &self.day)
            }
        }
    }
}

const KEEP: &str = "The current prices stay in use. Try again later.";

fn user_error(message: &str, hint: &str) -> FromCourier {
    FromCourier::Failed(UserError::new("prices", message.to_owned(), hint.to_owned()))
}

/// The day here, `YYYY-MM-DD`.
fn today() -> String {
    let offset_minutes = js_sys::Date::new_0().get_timezone_offset();
    let local_millis = epoch_millis() as f64 - offset_minutes * 60_000.0;
    Date::of_days((local_millis / 86_400_000.0).max(0.0) as i64).to_string()
}
