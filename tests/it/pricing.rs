//! `provider::pricing` and `courier::spending`: prices found, costs computed, limits kept.

use crate::support::InWords;
use serde_json::Value;
use sidecite::courier::spending::{self, DAYS_KEPT, SpendingVerdict};
use sidecite::format::date::Date;
use sidecite::provider::Catalogue;
use sidecite::provider::pricing::{
    Counts, Error, Moment, PriceBook, PriceList, Tariff, cost, counts, estimate,
};
use sidecite::types::{Cost, Dialect, FailureCause, Price, SpendingLimits, Usage};

/// 2026-11-21, noon, UTC.
const NOON: f64 = 1_795_262_400_000.0;

fn shipped() -> PriceList {
    PriceList::parse(include_bytes!("../../public/prices/genai-prices.json")).unwrap()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn price(input: f64, output: f64) -> Price {
    Price { input_usd: Some(input), output_usd: Some(output), ..Price::default() }
}

fn usage(input: u64, cached: u64, written: u64, output: u64) -> Usage {
    Usage {
        input_tokens: Some(input),
        output_tokens: Some(output),
        cached_tokens: Some(cached),
        cache_write_tokens: Some(written),
        ..Usage::default()
    }
}

fn usd(tariff: &Tariff, usage: &Usage, dialect: Dialect) -> f64 {
    cost(tariff, usage, dialect).unwrap().usd
}

fn check_usd(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-12 + expected.abs() * 1e-9, "{got} is not {expected}");
}

// ---------------------------------------------------------------- the shipped list

#[test]
fn the_shipped_list_is_small_dated_and_licensed() {
    let bytes = include_bytes!("../../public/prices/genai-prices.json");
    assert!(bytes.len() < 300_000, "{} bytes", bytes.len());
    let list = shipped();
    assert!(list.len() > 1_000, "{} models", list.len());
    assert!(list.licence.contains("MIT") && list.date.starts_with("20") && !list.version.is_empty());
    assert!(
        include_str!("../../public/prices/LICENSE.genai-prices").contains("Permission is hereby granted")
    );
}

#[test]
fn costs_are_those_that_genai_prices_computes() {
    let golden: Value = serde_json::from_str(include_str!("../data/prices/golden.json")).unwrap();
    let list = shipped();
    let rows = golden["rows"].as_array().unwrap();
    let (mut priced, mut unknown) = (0, 0);
    for row in rows {
        let number = |place: usize| row[place].as_u64().unwrap();
        let (host, model) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        let moment = Moment::of(row[2].as_f64().unwrap());
        let tariff = list.tariff(&names(&[host]), model, &moment);
        let usage = usage(number(3), number(4), number(5), number(6));
        let got = tariff.and_then(|tariff| cost(&tariff, &usage, Dialect::OpenaiChat));
        match (got, row[7].as_f64()) {
            (Some(got), Some(expected)) => {
                check_usd(got.usd, expected);
                // The same call as Anthropic counts it.
                let fresh = number(3) - number(4) - number(5);
                let besides = Usage { input_tokens: Some(fresh), ..usage };
                let tariff = list.tariff(&names(&[host]), model, &moment).unwrap();
                check_usd(usd(&tariff, &besides, Dialect::Anthropic), expected);
                assert!(got.source.starts_with("genai-prices 20"), "{}", got.source);
                priced += 1;
            }
            (None, None) => unknown += 1,
            (got, expected) => panic!("{row}: {got:?}, expected {expected:?}"),
        }
    }
    println!("{priced} costs as genai-prices computes them, {unknown} unknown to both");
    assert!(priced >= 200 && unknown > 0);
}

#[test]
fn every_row_of_the_catalogue_finds_its_models() {
    let (catalogue, list) = (Catalogue::built_in().unwrap(), shipped());
    let find = |id: &str, model: &str| list.price(catalogue.price_names(id), model, &Moment::of(NOON));
    for (id, model) in [
        ("openai", "gpt-4o-2024-08-06"),
        ("azure-openai", "gpt-4o"),
        ("azure-openai-classic", "gpt-4.1-mini"),
        ("azure-foundry", "Phi-4"),
        ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("bedrock", "eu.amazon.nova-pro-v1:0"),
        ("bedrock-openai", "openai.gpt-oss-120b-1:0"),
        ("bedrock-mantle", "openai.gpt-oss-120b"),
        ("gemini", "gemini-2.5-flash"),
        ("vertex", "claude-sonnet-4-5@20250929"),
        ("vertex-express", "gemini-2.5-pro"),
        ("anthropic", "claude-opus-4-5-20251101"),
        ("mistral", "mistral-large-latest"),
        ("cohere", "command-a-03-2025"),
        ("xai", "grok-4-0709"),
        ("meta", "muse-spark-1.3"),
        ("deepseek", "deepseek-v4-pro"),
        ("perplexity", "sonar-pro"),
        ("groq", "openai/gpt-oss-120b"),
        ("together", "openai/gpt-oss-120b"),
        ("fireworks", "accounts/fireworks/models/gpt-oss-120b"),
        ("cerebras", "gpt-oss-120b"),
        ("baseten", "openai/gpt-oss-120b"),
        ("openrouter", "openai/gpt-oss-120b"),
        ("voyage", "voyage-3.5"),
        ("litellm", "groq/openai/gpt-oss-120b"),
        ("litellm", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("litellm", "vertex_ai/gemini-2.5-pro"),
    ] {
        let price = find(id, model).unwrap_or_else(|| panic!("{id}: no price of {model}"));
        assert!(price.input_usd.is_some(), "{id}: {model}");
    }
    for (id, model) in [
        ("ollama", "gpt-oss:20b"),
        ("custom", "gpt-4o"),
        ("groq", "gpt-4o"),
        ("openai", "gpt-99"),
        ("litellm", "gpt-4o"),
        ("litellm", "nobody/gpt-4o"),
        ("no-row", "gpt-4o"),
        ("openai", ""),
    ] {
        assert_eq!(find(id, model), None, "{id}: {model}");
    }
    assert_eq!(list.context(catalogue.price_names("anthropic"), "claude-3-haiku-20240307"), Some(200_000));
}

// ---------------------------------------------------------------- by hand

#[test]
fn tokens_are_charged_as_their_dialect_counts_them() {
    let tariff =
        Tariff::from(Price { cached_usd: Some(0.3), cache_write_usd: Some(3.75), ..price(3.0, 15.0) });
    // 1000 in, 400 of them cached, 100 written, 200 out: 500·3 + 400·0.3 + 100·3.75 + 200·15 = 4995 millionths.
    let among = usage(1_000, 400, 100, 200);
    for dialect in [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Gemini, Dialect::Ollama] {
        check_usd(usd(&tariff, &among, dialect), 0.004_995);
    }
    // The same numbers besides: 1000·3 + 400·0.3 + 100·3.75 + 200·15 = 6495.
    for dialect in [Dialect::Anthropic, Dialect::BedrockConverse] {
        check_usd(usd(&tariff, &among, dialect), 0.006_495);
    }
    // Reasoning is part of the output, and not charged twice.
    let reasoned = Usage { reasoning_tokens: Some(150), ..among };
    check_usd(usd(&tariff, &reasoned, Dialect::OpenaiChat), 0.004_995);
    // xAI: what is billed is said.
    let grok = Usage { billed_output_tokens: Some(429), output_tokens: Some(200), ..usage(1_000, 0, 0, 0) };
    check_usd(usd(&tariff, &grok, Dialect::OpenaiChat), 0.003 + 429.0 * 15e-6);
    // Cohere: 507 tokens counted, 12 billed.
    let cohere =
        Usage { billed_input_tokens: Some(12), billed_output_tokens: Some(7), ..usage(507, 100, 0, 9) };
    check_usd(usd(&tariff, &cohere, Dialect::CohereV2), 12.0 * 3e-6 + 7.0 * 15e-6);
    // A host that reports more cached than sent.
    let odd = counts(&usage(10, 50, 50, 1), Dialect::OpenaiChat).unwrap();
    assert_eq!(odd, Counts { fresh: 0, cached: 10, written: 0, output: Some(1) });
}

#[test]
fn what_is_not_known_has_no_cost() {
    let known = Tariff::from(price(3.0, 15.0));
    let call = usage(1_000, 0, 0, 200);
    let none = |tariff: &Tariff, usage: &Usage| assert_eq!(cost(tariff, usage, Dialect::OpenaiChat), None);
    none(&Tariff::default(), &call);
    none(&Tariff::from(Price { output_usd: None, ..price(3.0, 0.0) }), &call);
    none(&Tariff::from(Price { input_usd: None, ..price(0.0, 15.0) }), &call);
    none(&known, &Usage { output_tokens: None, ..call });
    none(&known, &Usage { input_tokens: None, ..call });
    none(&known, &Usage::default());
    // Cached tokens without a price of their own are prompt tokens.
    check_usd(usd(&known, &usage(1_000, 400, 100, 200), Dialect::OpenaiChat), 0.006);
    // A price of 0 is a price; embeddings have no output.
    check_usd(usd(&Tariff::from(price(0.0, 0.0)), &call, Dialect::OpenaiChat), 0.0);
    let embedding = Tariff::from(Price { input_usd: Some(0.02), ..Price::default() });
    check_usd(
        usd(&embedding, &Usage { input_tokens: Some(500), ..Usage::default() }, Dialect::OpenaiChat),
        1e-5,
    );
    let flat = Tariff::from(Price { request_usd: Some(0.005), ..price(1.0, 1.0) });
    check_usd(usd(&flat, &usage(10, 0, 0, 10), Dialect::OpenaiChat), 0.005_02);
    assert_eq!(estimate(&Tariff::default(), 10, 10), None);
}

#[test]
fn tiers_hold_for_the_whole_call() {
    let tariff = Tariff {
        base: price(1.25, 10.0),
        tiers: vec![(200_000, price(2.5, 15.0)), (500_000, price(5.0, 20.0))],
    };
    let at = |input| usd(&tariff, &usage(input, 0, 0, 1_000), Dialect::Gemini);
    check_usd(at(200_000), 0.25 + 0.01);
    check_usd(at(200_001), 200_001.0 * 2.5e-6 + 0.015);
    check_usd(at(500_001), 500_001.0 * 5e-6 + 0.02);
    // What is cached besides counts for the size.
    check_usd(usd(&tariff, &usage(1, 200_000, 0, 0), Dialect::Anthropic), 200_001.0 * 2.5e-6);
    let most = estimate(&tariff, 300_000, 2_000).unwrap();
    check_usd(most.usd, 0.75 + 0.03);
    assert!(!most.reported);
    let list = shipped();
    let pro = list.tariff(&names(&["google"]), "gemini-2.5-pro", &Moment::of(NOON)).unwrap();
    assert_eq!(pro.tiers.first().map(|(above, _)| *above), Some(200_000));
    assert_eq!((pro.base.input_usd, pro.at(200_001).input_usd), (Some(1.25), Some(2.5)));
}

#[test]
fn prices_begin_on_days_and_hours() {
    let list = PriceList::parse(
        br#"{"list":"t","date":"2026-11","providers":[{"id":"h","models":[{"match":{"starts_with":"m"},"prices":[
        {"input":1,"output":1},{"from":"2026-06-01","input":2,"output":2},{"hours":[1380,60],"input":3,"output":3}]}]}]}"#,
    )
    .unwrap();
    let at = |day: &str, minute| {
        list.price(&names(&["h"]), "M-1", &Moment { day: day.into(), minute }).unwrap().input_usd.unwrap()
    };
    assert_eq!((at("2026-05-31", 600), at("2026-06-01", 600)), (1.0, 2.0));
    assert_eq!((at("2026-06-01", 1_380), at("2026-06-01", 59), at("2026-06-01", 60)), (3.0, 3.0, 2.0));
}

#[test]
fn a_moment_is_a_day_and_a_minute() {
    assert_eq!(Moment::of(NOON), Moment { day: "2026-11-21".into(), minute: 720 });
    assert_eq!(Moment::of(-5.0).day, "1970-01-01");
    assert_eq!(Moment::of(f64::NAN).day, "1970-01-01");
}

#[test]
fn clauses_and_dates_in_names() {
    let list = PriceList::parse(
        br####"{"list":"t","date":"2026-11","providers":[{"id":"h","models":[
        {"match":{"shape":"a-####"},"prices":[{"input":1}]},
        {"match":{"shape":"b.#-*"},"prices":[{"input":2}]},
        {"match":{"and":[{"contains":"c"},{"not":{"or":[{"ends_with":"-x"},{"equals":"c1"}]}}]},"prices":[{"input":3}]},
        {"match":{"one_of":["d-2025-12-11","d-2026-02-28:free"]},"prices":[{"input":4}]},
        {"match":{"equals":"e"},"prices":[]}]}]}"####,
    )
    .unwrap();
    let find =
        |model: &str| list.price(&names(&["h"]), model, &Moment::of(NOON)).and_then(|price| price.input_usd);
    assert_eq!((find("a-1234"), find("A-12345"), find("a-12x4")), (Some(1.0), None, None));
    assert_eq!((find("b.1-"), find("b.1-y"), find("b.x-y")), (Some(2.0), Some(2.0), None));
    assert_eq!((find("cc"), find("c-x"), find("c1")), (Some(3.0), None, None));
    assert_eq!(
        (find("d-20251211"), find("d-20260228:free"), find("d-20251311")),
        (Some(4.0), Some(4.0), None)
    );
    assert_eq!(find("e"), None, "known, but without a price");
}

// ---------------------------------------------------------------- lists fetched, prices entered

#[test]
fn lists_of_openrouter_and_models_dev() {
    let body = br#"{"data":[{"id":"openai/gpt-oss-120b","context_length":131072,
        "pricing":{"prompt":"0.00000004","completion":"0.0000004"}},{"id":"a/auto","pricing":{"prompt":"-1","completion":"-1"}}]}"#;
    let list = PriceList::from_openrouter(body, "2026-11-21").unwrap();
    let found = list.price(&names(&["openrouter"]), "OpenAI/gpt-oss-120b", &Moment::of(NOON)).unwrap();
    assert_eq!((found.input_usd, found.output_usd), (Some(0.04), Some(0.4)));
    assert_eq!(found.source, "OpenRouter 2026-11-21");
    assert_eq!(list.price(&names(&["openrouter"]), "a/auto", &Moment::of(NOON)), None);

    let body = br#"{"wandb":{"id":"wandb","models":{
        "openai/gpt-oss-120b":{"id":"openai/gpt-oss-120b","cost":{"input":0.15,"output":0.6},"limit":{"context":131000}},
        "free":{"id":"free","cost":{"input":0,"output":0}},
        "thinks":{"id":"thinks","cost":{"input":1,"output":2,"reasoning":4}}}},
        "google":{"id":"google","models":{"g":{"cost":{"input":1.25,"output":10,"cache_read":0.125,
            "context_over_200k":{"input":2.5,"output":15}}},
          "h":{"cost":{"input":1,"output":2,"tiers":[{"input":3,"output":4,"tier":{"type":"context","size":300000}}]}}}}}"#;
    let list = PriceList::from_models_dev(body, "2026-11-21").unwrap();
    let catalogue = Catalogue::built_in().unwrap();
    let find = |id: &str, model: &str| list.tariff(catalogue.price_names(id), model, &Moment::of(NOON));
    assert_eq!(find("coreweave", "openai/gpt-oss-120b").unwrap().base.output_usd, Some(0.6));
    assert_eq!((find("coreweave", "free"), find("coreweave", "thinks")), (None, None));
    let tiered = find("gemini", "g").unwrap();
    assert_eq!((tiered.at(200_001).input_usd, tiered.at(200_001).cached_usd), (Some(2.5), Some(0.125)));
    assert_eq!(find("gemini", "h").unwrap().at(300_001).output_usd, Some(4.0));
    for bad in [&b"[]"[..], b"{}", b"<html>"] {
        assert!(PriceList::from_models_dev(bad, "2026-11-21").is_err());
        assert!(PriceList::from_openrouter(bad, "2026-11-21").is_err());
        assert!(PriceList::parse(bad).is_err());
    }
}

#[test]
fn what_a_person_enters_comes_first() {
    let mut book = PriceBook::default();
    book.add(shipped());
    let groq = names(&["groq"]);
    let find =
        |book: &PriceBook| book.tariff("groq", &groq, "openai/gpt-oss-120b", &Moment::of(NOON)).unwrap().base;
    assert!(find(&book).source.starts_with("genai-prices"));
    let fetched = r#"{"list":"mine","date":"2026-11-20","providers":[{"id":"groq","models":[
        {"match":{"equals":"openai/gpt-oss-120b"},"prices":[{"input":9,"output":9}]}]}]}"#;
    book.add(PriceList::parse(fetched.as_bytes()).unwrap());
    book.add(PriceList::parse(fetched.as_bytes()).unwrap());
    assert_eq!((find(&book).source.as_str(), book.lists().len()), ("mine 2026-11-20", 2));
    book.enter("groq", " openai/gpt-oss-120b ", price(0.5, 0.7), "2026-11-21").unwrap();
    book.enter("groq", "openai/gpt-oss-120b", price(0.6, 0.7), "2026-11-21").unwrap();
    assert_eq!(find(&book).input_usd, Some(0.6));
    assert_eq!(find(&book).source, "entered by hand 2026-11-21");
    let kept = book.entered().to_vec();
    assert_eq!(kept.len(), 1);
    book.forget("groq", "openai/gpt-oss-120b");
    assert_eq!(find(&book).source, "mine 2026-11-20");
    book.restore(kept);
    assert_eq!(find(&book).input_usd, Some(0.6));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(book.enter("groq", "m", price(bad, 1.0), "2026-11-21"), Err(Error::BadPrice));
    }
}

// ---------------------------------------------------------------- spending

#[test]
fn spending_is_added_up_by_day_and_provider() {
    let mut book = Vec::new();
    let dollars = |usd| Cost { usd, reported: true, source: "t".into() };
    let tokens = Counts { fresh: 10, cached: 5, written: 1, output: Some(4) };
    spending::add(&mut book, "groq", "2026-11-20", Some(&dollars(1.0)), Some(&tokens));
    spending::add(&mut book, "groq", "2026-11-21", Some(&dollars(0.25)), Some(&tokens));
    spending::add(&mut book, "groq", "2026-11-21", Some(&dollars(0.5)), Some(&tokens));
    spending::add(&mut book, "my.host", "2026-11-21", None, None);
    assert_eq!(book.len(), 3);
    let groq = book.iter().find(|entry| entry.provider == "groq" && entry.day == "2026-11-21").unwrap();
    assert_eq!((groq.calls, groq.input_tokens, groq.output_tokens, groq.usd), (2, 32, 8, 0.75));
    let today = spending::today(&book, "2026-11-21");
    assert_eq!((today.usd, today.calls, today.unpriced), (0.75, 3, 1));
    assert_eq!(spending::today(&book, "2026-11-22").calls, 0);
    for day in 0..200 {
        spending::add(&mut book, "groq", &Date::of_days(21_000 + day).to_string(), Some(&dollars(0.1)), None);
    }
    assert_eq!(book.len(), DAYS_KEPT);
    assert!(book.iter().all(|entry| entry.day >= Date::of_days(21_000 + 200 - DAYS_KEPT as i64).to_string()));
}

#[test]
fn limits_warn_and_stop() {
    let limits = SpendingLimits { alert_usd: Some(1.0), stop_usd: Some(2.0) };
    let verdict = |spent, estimate| spending::verdict(&limits, spent, estimate);
    assert_eq!(verdict(0.0, Some(0.5)), SpendingVerdict::Ok);
    assert_eq!(verdict(0.75, Some(0.25)), SpendingVerdict::Alert { usd: 1.0, limit_usd: 1.0 });
    assert_eq!(verdict(1.5, Some(0.5)), SpendingVerdict::Alert { usd: 2.0, limit_usd: 1.0 });
    let stop = verdict(1.5, Some(0.75));
    assert_eq!(stop, SpendingVerdict::Stop { spent_usd: 1.5, estimate_usd: Some(0.75), limit_usd: 2.0 });
    let failure = stop.to_failure().unwrap();
    assert_eq!(failure.cause, FailureCause::OverBudget);
    assert!(failure.error.message().contains("$1.5000 of $2 "), "{}", failure.error.message());
    // Unknown prices pass until the limit is reached.
    assert!(matches!(verdict(1.999, None), SpendingVerdict::Alert { .. }));
    assert!(matches!(verdict(2.0, None), SpendingVerdict::Stop { estimate_usd: None, .. }));
    assert!(matches!(verdict(2.0, Some(0.0)), SpendingVerdict::Stop { .. }));
    assert_eq!(spending::verdict(&SpendingLimits::default(), 1e9, Some(1e9)), SpendingVerdict::Ok);
    assert_eq!(SpendingVerdict::Ok.to_failure(), None);
    // Nothing may be spent at all.
    let none = SpendingLimits { alert_usd: None, stop_usd: Some(0.0) };
    assert!(matches!(spending::verdict(&none, 0.0, None), SpendingVerdict::Stop { .. }));
}
