//! What models cost: the list that ships with the page, a newer one fetched on request, and prices entered by hand.

use super::money::CustomPrice;
use super::{Courier, Ports, Purpose, Reply};
use crate::provider::HttpRequest;
use crate::provider::pricing::{self, Entered, Moment, PriceBook, PriceList, Tariff};
use crate::types::problem::prices;
use crate::types::{Endpoint, Price, UserError};
use serde::{Deserialize, Serialize};

/// The price list that ships with the page.
const SHIPPED: &str = "prices/genai-prices.json";
const BY_HAND: &str = "prices-by-hand";
const FETCHED: &str = "prices-fetched";

/// Where newer prices come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceSource {
    /// `openrouter.ai/api/v1/models`.
    OpenRouter,
    /// `models.dev/api.json`.
    ModelsDev,
    /// The list that ships with the page.
    BuiltIn,
}

/// A model at an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelAt {
    /// Where.
    pub endpoint: Endpoint,
    /// The model's name there.
    pub model: String,
}

/// A list that was fetched on request, as it came.
#[derive(Serialize, Deserialize)]
struct Fetched {
    source: PriceSource,
    day: String,
    body: Vec<u8>,
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

impl<P: Ports> Courier<P> {
    /// What models cost, in their order; nothing where that is unknown.
    pub async fn prices(&self, models: &[ModelAt]) -> Vec<Option<Price>> {
        self.load_prices().await;
        let price = |at: &ModelAt| self.price(&self.target(&at.endpoint).ok()?.provider, &at.model);
        models.iter().map(price).collect()
    }

    /// The price of a model at a row of the catalogue.
    pub(super) fn price(&self, provider: &str, model: &str) -> Option<Price> {
        self.tariff(provider, model).map(|tariff| tariff.base)
    }

    pub(super) fn tariff(&self, provider: &str, model: &str) -> Option<Tariff> {
        let names = self.catalogue().map_or(&[][..], |catalogue| catalogue.price_names(provider));
        self.book.borrow().tariff(provider, names, model, &Moment::of(self.port.epoch_millis()))
    }

    /// The list in use, and the prices entered by hand.
    pub(super) fn price_summary(&self) -> (String, Vec<CustomPrice>) {
        let book = self.book.borrow();
        let custom = |entered: &Entered| CustomPrice {
            provider: entered.provider.clone(),
            model: entered.model.clone(),
            price: entered.price.clone(),
        };
        let list = book.lists().first().map(PriceList::source).unwrap_or_default();
        (list, book.entered().iter().map(custom).collect())
    }

    /// Enters a price by hand; nothing removes it.
    ///
    /// # Errors
    /// It is no price, or cannot be stored.
    pub async fn set_price(
        &self,
        provider: &str,
        model: &str,
        price: Option<Price>,
    ) -> Result<(), UserError> {
        self.load_prices().await;
        let today = self.today();
        let entered = {
            let mut book = self.book.borrow_mut();
            match price {
                None => book.forget(provider, model),
                Some(price) => book.enter(provider, model, price, &today)?,
            }
            book.entered().to_vec()
        };
        Ok(self.db.set_pref(BY_HAND, Some(&entered)).await?)
    }

    /// Fetches a newer list because the person asked for it.
    ///
    /// # Errors
    /// It cannot be had or read; the prices in use stay.
    pub async fn refresh_prices(&self, source: PriceSource) -> Result<(), UserError> {
        self.load_prices().await;
        let url = match source {
            PriceSource::BuiltIn => {
                let kept = self.db.set_pref::<Fetched>(FETCHED, None).await;
                *self.prices_loaded.lock().await = false;
                self.load_prices().await;
                return Ok(kept?);
            }
            PriceSource::OpenRouter => "https://openrouter.ai/api/v1/models",
            PriceSource::ModelsDev => "https://models.dev/api.json",
        };
        let http = HttpRequest { method: "GET".into(), url: url.into(), ..HttpRequest::default() };
        let reply = self.fetch_list(&http, Purpose::Prices).await;
        let body = match reply.map_err(|failure| prices::not_fetched(failure.error))? {
            Reply::Status(status, body) if (200..300).contains(&status) => body,
            Reply::Status(status, _) => return Err(prices::refused(url, status)),
            Reply::NetworkError | Reply::TimedOut => return Err(prices::no_response(url)),
        };
        let fetched = Fetched { source, day: self.today(), body };
        let list = fetched.list()?;
        self.book.borrow_mut().add(list);
        Ok(self.db.set_pref(FETCHED, Some(&fetched)).await?)
    }

    /// Reads what was kept, once. What cannot be read is left out: prices are then unknown, never wrong.
    pub(super) async fn load_prices(&self) {
        // Whoever comes meanwhile waits: half a book would call known prices unknown.
        let mut loaded = self.prices_loaded.lock().await;
        if std::mem::replace(&mut *loaded, true) {
            return;
        }
        let mut book = PriceBook::default();
        if let Some(bytes) = self.port.site_file(SHIPPED).await
            && let Ok(list) = PriceList::parse(&bytes)
        {
            book.add(list);
        }
        if let Some(fetched) = self.db.pref::<Fetched>(FETCHED).await
            && let Ok(list) = fetched.list()
        {
            book.add(list);
        }
        book.restore(self.db.pref::<Vec<Entered>>(BY_HAND).await.unwrap_or_default());
        *self.book.borrow_mut() = book;
    }
}
