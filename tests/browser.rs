//! What only a browser can show: storage that keeps, SIMD twins as compiled for the web, hashing, and workers' bytes.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use sidecite::browser::indexed_db::{courier_name, delete_database};
use sidecite::browser::network::Browser;
use sidecite::browser::{clock, crypto, files, simd};
use sidecite::courier::vault::{Envelope, KeyVault, Sealing, auto_lock};
use sidecite::courier::{CallRecord, CourierDb, Origin, Outcome};
use sidecite::provider::Key;
use sidecite::types::{Sha256, Spending, SpendingLimits, sha256};
use std::rc::Rc;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "browser/storage.rs"]
mod storage;
#[path = "vault/vectors.rs"]
mod vectors;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn webcrypto_and_our_own_hash_agree() {
    let file = files::from_text("abc.txt", "abc").unwrap();
    let digest = crypto::digest(&files::bytes(&file).await.unwrap()).await.unwrap();
    // FIPS 180-4, example of one block.
    let expected = Sha256::parse("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad").unwrap();
    assert_eq!(digest, expected);
    assert_eq!(sha256(b"abc"), expected);
}

#[wasm_bindgen_test]
async fn yielding_lets_other_tasks_run() {
    let before = clock::now_millis();
    for _ in 0..50 {
        clock::yield_now().await;
    }
    clock::sleep(5).await;
    assert!(clock::now_millis() > before);
    assert!(["relaxed", "simd"].contains(&simd::variant()));
}

/// The floats that a seed gives: xorshift, so that a failure can be repeated.
fn floats(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        })
        .collect()
}

#[wasm_bindgen_test]
fn the_exact_index_agrees_with_brute_force_as_compiled_here() {
    use sidecite::index::{Flat, VectorIndex};
    let dimension = 384;
    for seed in [1u64, 2, 3] {
        let rows: Vec<Vec<f32>> = (0..500).map(|at| floats(seed * 1000 + at, dimension)).collect();
        let mut index = Flat::new(dimension).unwrap();
        for (key, row) in (0u32..).zip(&rows) {
            index.insert(key, row).unwrap();
        }
        let query = floats(seed + 77, dimension);
        let cosine = |row: &[f32]| {
            let dot: f32 = row.iter().zip(&query).map(|(a, b)| a * b).sum();
            dot / row.iter().map(|x| x * x).sum::<f32>().sqrt()
        };
        let mut expected: Vec<usize> = (0..rows.len()).collect();
        expected.sort_by(|a, b| cosine(&rows[*b]).total_cmp(&cosine(&rows[*a])));
        let found: Vec<usize> =
            index.nearest(&query, 10, None).unwrap().iter().map(|near| near.key as usize).collect();
        assert_eq!(found, expected[..10], "seed {seed}");
    }
}

// ---------------------------------------------------------------- the courier's vault and db

#[wasm_bindgen_test]
async fn the_browsers_aes_gives_the_pinned_vaults() {
    for vector in vectors::vectors() {
        let kek = vector.kdf().derive(&vector.passphrase).unwrap();
        assert_eq!(kek.expose().as_slice(), vector.kek);
        let aes = crypto::Aes::import(&kek).await.unwrap();
        let mut ivs = vector.ivs().into_iter();
        let sealing = Sealing::whole(vector.kdf(), &vector.keys(), || Ok(ivs.next().unwrap())).unwrap();
        let mut sealed = Vec::new();
        for job in sealing.jobs() {
            sealed.push(aes.seal(job).await.unwrap());
        }
        assert_eq!(sealing.finish(sealed).unwrap().to_bytes(), vector.bytes);
        let envelope = Envelope::parse(&vector.bytes).unwrap();
        let aads: Vec<Vec<u8>> = envelope.opening().into_iter().map(|job| job.aad).collect();
        assert_eq!(aads, vector.aads);
        let mut texts = Vec::new();
        for job in envelope.opening() {
            texts.push(aes.open(&job).await.unwrap());
            // A flipped bit of text, vector or context, and a text shorter than a tag.
            for part in 0..4 {
                let mut job = job.clone();
                match part {
                    0 => job.input[0] ^= 1,
                    1 => job.iv[11] ^= 0x80,
                    2 => *job.aad.last_mut().unwrap() ^= 1,
                    _ => job.input.truncate(3),
                }
                assert_eq!(aes.open(&job).await, Ok(None), "part {part}");
            }
        }
        assert_eq!(envelope.opened(texts).unwrap(), vector.keys());
    }
    let (mut one, mut other) = ([0; 16], [0; 16]);
    assert!(crypto::fill_random(&mut one) && crypto::fill_random(&mut other));
    assert_ne!(one, other);
}

#[wasm_bindgen_test]
async fn a_key_vault_keeps_its_keys_from_everybody_else() {
    let tab = || {
        let port = Rc::new(Browser::default());
        let db = Rc::new(CourierDb::new(Rc::clone(&port)));
        (KeyVault::new(port, Rc::clone(&db)), db)
    };
    let (vault, db) = tab();
    assert_eq!(db.unavailable().await, None);
    vault.destroy().await.unwrap();
    assert_eq!(vault.remembered().await.unwrap(), None);
    let kept =
        |text: &str, key: &str| (text.to_owned(), Origin::parse(text).unwrap(), Key::new(key).unwrap());
    let (a, b) = (kept("https://a.example", "sk-CANARY-a"), kept("https://b.example", "sk-CANARY-b"));

    assert!(vault.create("short", &[], 0.0).await.is_err());
    assert_eq!(db.vault().await.unwrap(), None);
    vault.create("the first passphrase", std::slice::from_ref(&a), 0.0).await.unwrap();
    assert!(vault.create("the first passphrase", &[], 0.0).await.is_err());
    vault.put(&b, 1.0).await.unwrap();

    // Another tab: locked, and a wrong passphrase changes nothing.
    let before = db.vault().await.unwrap().unwrap();
    let (other, _) = tab();
    assert!(!other.is_open(2.0) && other.put(&a, 2.0).await.is_err());
    let user_error = other.unlock("the last passphrase", 2.0).await.unwrap_err();
    assert_eq!(user_error.code.name(), "vault.wrong_passphrase");
    assert!(other.rekey("the last passphrase", "the second passphrase", 2.0).await.is_err());
    assert!(!other.is_open(2.0));
    assert_eq!(db.vault().await.unwrap().unwrap(), before);
    assert!(!String::from_utf8_lossy(&before).contains("CANARY"));
    assert_eq!(other.unlock("the first passphrase", 2.0).await.unwrap(), [a.clone(), b.clone()]);

    // It changes the passphrase; the key in the first tab's hand is of no use any more.
    other.rekey("the first passphrase", "the second passphrase", 3.0).await.unwrap();
    let after = db.vault().await.unwrap().unwrap();
    let c = kept("https://c.example", "sk-CANARY-c");
    assert_eq!(vault.put(&c, 4.0).await.unwrap_err().code.name(), "vault.locked");
    assert!(!vault.is_open(4.0));
    assert_eq!(db.vault().await.unwrap().unwrap(), after);
    assert!(other.put(&c, 4.0).await.is_ok());

    // A key is forgotten without a passphrase, and the vault closes by itself.
    assert!(vault.forget(&a.1).await.unwrap() && !vault.forget(&a.1).await.unwrap());
    assert!(other.used(5.0) && other.is_open(5.0 + auto_lock::IDLE_MILLIS - 1.0));
    assert!(!other.used(5.0 + auto_lock::IDLE_MILLIS) && other.deadline_millis().is_none());
    let names: Vec<String> =
        vault.remembered().await.unwrap().unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["https://b.example", "https://c.example"]);
    vault.destroy().await.unwrap();
    assert_eq!(db.vault().await.unwrap(), None);
}

fn call(at_millis: f64) -> CallRecord {
    CallRecord {
        at_millis,
        provider: "p".into(),
        model: "m".into(),
        outcome: Outcome::Ok,
        first_token_millis: Some(0.5),
        tokens_per_second: None,
        output_tokens: Some(3),
    }
}

fn spent(provider: &str, day: &str, usd: f64) -> Spending {
    let (provider, day) = (provider.into(), day.into());
    Spending { provider, day, usd, calls: 1, unpriced: 0, input_tokens: 10, output_tokens: 3 }
}

/// The same of a db in a database and of one in memory.
async fn check_ledger(db: &CourierDb<Browser>) {
    db.forget_calls(f64::INFINITY).await.unwrap();
    // Written out of order, two of them in one millisecond.
    for at in [9_000.0, 1_700_000_000_000.0, 50.0, 9_000.0] {
        db.settle(&call(at), None, None).await.unwrap();
    }
    db.settle(&call(60.0), Some(&spent("p|q", "2026-11-20", 0.25)), None).await.unwrap();
    db.settle(&call(70.0), Some(&spent("p|q", "2026-11-20", 0.5)), None).await.unwrap();
    db.settle(&call(80.0), Some(&spent("p|q", "2026-11-21", 1.0)), None).await.unwrap();
    db.settle(&call(90.0), Some(&spent("a", "2026-11-20", 2.0)), None).await.unwrap();
    let times = async |from: f64| -> Vec<f64> {
        db.calls_since(from).await.unwrap().iter().map(|call| call.at_millis).collect()
    };
    let all = [50.0, 60.0, 70.0, 80.0, 90.0, 9_000.0, 9_000.0, 1_700_000_000_000.0];
    assert_eq!(times(0.0).await, all);
    assert_eq!(times(90.0).await, all[4..]);
    db.forget_calls(9_000.0).await.unwrap();
    assert_eq!(times(f64::NEG_INFINITY).await, all[5..]);
    assert_eq!(db.calls_since(0.0).await.unwrap()[0], call(9_000.0));
    let sums: Vec<(String, f64, u32, u64)> = db
        .spending()
        .await
        .unwrap()
        .into_iter()
        .map(|sum| (format!("{} {}", sum.day, sum.provider), sum.usd, sum.calls, sum.input_tokens))
        .collect();
    let sum = |name: &str, usd, calls, tokens| (name.to_owned(), usd, calls, tokens);
    assert_eq!(
        sums,
        [
            sum("2026-11-21 p|q", 1.0, 1, 10),
            sum("2026-11-20 a", 2.0, 1, 10),
            sum("2026-11-20 p|q", 0.75, 2, 20)
        ]
    );
    db.set_pref("prices", Some(&vec![1, 2])).await.unwrap();
    assert_eq!(db.pref::<Vec<i32>>("prices").await, Some(vec![1, 2]));
    db.set_pref::<Vec<i32>>("prices", None).await.unwrap();
    assert_eq!(db.pref::<Vec<i32>>("prices").await, None);
    // The day's limit counts what calls under way may cost, in whatever tab.
    db.set_limits(SpendingLimits { alert_usd: None, stop_usd: Some(10.0) }).await.unwrap();
    let held = db.reserve("2026-11-20", Some(5.0), 1.0).await.unwrap().unwrap().unwrap();
    assert!(db.reserve("2026-11-20", Some(5.0), 2.0).await.unwrap().is_err());
    assert!(db.reserve("2026-11-22", Some(5.0), 2.0).await.unwrap().is_ok());
    db.settle(&call(5.0), None, Some(&held)).await.unwrap();
    let again = db.reserve("2026-11-20", Some(5.0), 3.0).await.unwrap().unwrap();
    db.settle(&call(6.0), None, again.as_deref()).await.unwrap();
    db.set_limits(SpendingLimits::default()).await.unwrap();
    // A vault is replaced only by whoever has seen the newest.
    let seen = db.vault().await.unwrap();
    assert!(db.replace_vault(seen.as_deref(), Some(vec![7])).await.unwrap());
    assert!(!db.replace_vault(None, Some(vec![8])).await.unwrap());
    assert!(!db.replace_vault(Some(&[8]), None).await.unwrap());
    assert_eq!(db.vault().await.unwrap(), Some(vec![7]));
    assert!(db.replace_vault(Some(&[7]), None).await.unwrap());
    db.forget_calls(f64::INFINITY).await.unwrap();
    assert!(times(0.0).await.is_empty());
}

#[wasm_bindgen_test]
async fn the_ledger_keeps_calls_and_sums_in_a_database_or_in_memory() {
    let factory = idb::Factory::new().unwrap();
    let name = courier_name();
    delete_database(&name).await.unwrap();
    let open = || CourierDb::new(Rc::new(Browser::default()));
    check_ledger(&open()).await;
    let reopened = open();
    assert_eq!((reopened.unavailable().await, reopened.spending().await.unwrap().len()), (None, 3));
    // A database of a later version cannot be opened: as where storage is forbidden, memory takes its place.
    factory.open(&name, Some(99)).unwrap().await.unwrap().close();
    let memory = open();
    assert!(memory.unavailable().await.is_some());
    check_ledger(&memory).await;
    delete_database(&name).await.unwrap();
}
