//! What only a browser can show: storage that keeps, SIMD twins as compiled for the web, hashing, and workers' bytes.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use sidecite::browser::indexed_db::{IndexedDb, Shelf, Shelved};
use sidecite::browser::{clock, crypto, files, simd};
use sidecite::store::{Record, Store};
use sidecite::types::{Chunk, ChunkSettings, Document, Format, Manifest, Sha256, Span, Trouble, sha256};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn record(name: &str) -> Record {
    let id = sha256(name.as_bytes());
    let text = format!("The text of {name}.");
    let chunk = Chunk {
        document: id,
        ordinal: 0,
        span: Span::new(0, text.len()),
        tokens: 5,
        page: None,
        headings: vec![],
    };
    Record {
        manifest: Manifest {
            id,
            name: name.into(),
            format: Format::Text,
            title: None,
            size_bytes: text.len() as u64,
            pages: 0,
            characters: text.len() as u64,
            chunks: 1,
            tokens: 5,
            chunking: ChunkSettings::default(),
            embedder: "test".into(),
            added_millis: 7,
            warnings: vec![],
        },
        document: Document {
            id,
            name: name.into(),
            format: Format::Text,
            title: None,
            text,
            blocks: vec![],
            pages: vec![],
        },
        chunks: vec![chunk],
        vectors: vec![0.25, -1.5, f32::MIN_POSITIVE],
    }
}

#[wasm_bindgen_test]
async fn a_stored_document_survives_reopening_and_goes_when_removed() {
    let (kept, gone) = (record("kept.txt"), record("gone.txt"));
    let store = IndexedDb::open().await.unwrap();
    store.put(&kept).await.unwrap();
    store.put(&gone).await.unwrap();
    drop(store);
    let store = IndexedDb::open().await.unwrap();
    store.remove(gone.manifest.id).await.unwrap();
    let records = store.load().await.unwrap();
    assert!(records.contains(&kept));
    assert!(!records.iter().any(|record| record.manifest.id == gone.manifest.id));
    store.remove(kept.manifest.id).await.unwrap();
}

#[wasm_bindgen_test]
async fn cached_vectors_come_back_bit_for_bit() {
    let store = IndexedDb::open().await.unwrap();
    let (known, unknown) = (sha256(b"known"), sha256(b"unknown"));
    let vector = vec![0.1, -0.0, f32::MAX, 1.0e-40];
    store.cache(&[(known, vector.clone())]).await.unwrap();
    let found = store.cached(&[unknown, known]).await.unwrap();
    assert_eq!(found[0], None);
    let bits = |vector: &[f32]| vector.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(found[1].as_ref().unwrap()), bits(&vector));
}

#[wasm_bindgen_test]
async fn a_shelved_file_waits_until_its_document_is_stored() {
    let (store, shelf) = (IndexedDb::open().await.unwrap(), Shelf::open().await.unwrap());
    let file = files::from_text("shelved.txt", "on the shelf").unwrap();
    let id = crypto::digest(&files::bytes(&file).await.unwrap()).await.unwrap();
    let failure = Some(Trouble::new("parse", "it is damaged", "mend it"));
    let shelved = Shelved {
        id,
        name: "shelved.txt".into(),
        added_millis: 3,
        failure: failure.clone(),
        blob: file.into(),
    };
    shelf.put(&shelved).await.unwrap();
    let waiting = shelf.waiting().await.unwrap();
    let found = waiting.iter().find(|file| file.id == id).expect("not on the shelf");
    assert_eq!((found.name.as_str(), found.added_millis, &found.failure), ("shelved.txt", 3, &failure));
    let mut stored = record("shelved.txt");
    stored.manifest.id = id;
    store.put(&stored).await.unwrap();
    assert!(shelf.waiting().await.unwrap().iter().all(|file| file.id != id));
    assert!(shelf.has_documents().await.unwrap());
    store.remove(id).await.unwrap();
    assert!(shelf.get(id).await.unwrap().is_none(), "removing a document leaves its file behind");
}

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
            index.search(&query, 10, None).unwrap().iter().map(|near| near.key as usize).collect();
        assert_eq!(found, expected[..10], "seed {seed}");
    }
}
