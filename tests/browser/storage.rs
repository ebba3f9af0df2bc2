//! Documents, files and runs in IndexedDB, and databases of version 1.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
use js_sys::{Array, Uint8Array};
use sidecite::browser::indexed_db::{
    IndexedDb, RunStore, Upload, UploadStore, corpus_name, courier_name, delete_database,
};
use sidecite::browser::network::Browser;
use sidecite::browser::{crypto, files, lock, site};
use sidecite::courier::CourierDb;
use sidecite::store::{Error, Loaded, Record, Store, StoredIndex, UploadInfo, UploadState};
use sidecite::types::{
    Chunk, ChunkSettings, Document, DocumentId, Format, Manifest, Sha256, Span, problem, sha256,
};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

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
            reader: 1,
        },
        document: Rc::new(Document {
            id,
            name: name.into(),
            format: Format::Text,
            title: None,
            text,
            blocks: vec![],
            pages: vec![],
        }),
        chunks: vec![chunk],
        vectors: vec![0.25, -1.5, f32::MIN_POSITIVE],
    }
}

fn upload(id: DocumentId, name: &str, state: UploadState, blob: Option<web_sys::Blob>) -> Upload {
    let info = UploadInfo { name: name.into(), size_bytes: 3, added_millis: 3, state };
    Upload { id, info, blob }
}

async fn uploads() -> UploadStore {
    UploadStore::open(|| {}).await.unwrap()
}

/// Stores a document as an added file becomes one.
async fn stored(store: &IndexedDb, record: &Record) {
    let upload = upload(record.manifest.id, &record.manifest.name, UploadState::Waiting, None);
    uploads().await.put(&[upload]).await.unwrap();
    assert!(store.put(record).await.unwrap());
}

async fn erased(store: &IndexedDb, id: DocumentId) {
    store.mark_removed(id, 0).await.unwrap();
    store.erase(id, &[]).await.unwrap();
}

fn of(loaded: &[Loaded], id: DocumentId) -> Option<&Loaded> {
    loaded.iter().find(|loaded| match loaded {
        Ok(record) => record.manifest.id == id,
        Err(damaged) => damaged.id == id,
    })
}

#[wasm_bindgen_test]
async fn a_stored_document_survives_reopening_and_goes_when_removed() {
    let (kept, gone) = (record("kept.txt"), record("gone.txt"));
    let store = IndexedDb::open().await.unwrap();
    stored(&store, &kept).await;
    stored(&store, &gone).await;
    drop(store);
    let store = IndexedDb::open().await.unwrap();
    store.mark_removed(gone.manifest.id, 5).await.unwrap();
    let loaded = store.load().await.unwrap();
    assert_eq!(of(&loaded, kept.manifest.id), Some(&Ok(kept.clone())));
    assert_eq!(of(&loaded, gone.manifest.id), None);
    // Until it is collected it can come back; an ingest under way does not bring it.
    assert!(!store.put(&gone).await.unwrap());
    assert_eq!(store.load_one(gone.manifest.id).await.unwrap(), Some(Ok(gone.clone())));
    assert!(store.removed_ids(5).await.unwrap().is_empty());
    assert_eq!(store.removed_ids(6).await.unwrap(), [gone.manifest.id]);
    store.unmark_removed(gone.manifest.id).await.unwrap();
    store.erase(gone.manifest.id, &[]).await.unwrap();
    assert!(store.load_one(gone.manifest.id).await.unwrap().is_some(), "erased without its mark");
    erased(&store, gone.manifest.id).await;
    assert_eq!(store.load_one(gone.manifest.id).await.unwrap(), None);
    assert!(!store.put(&gone).await.unwrap(), "stored without having been added");
    erased(&store, kept.manifest.id).await;
}

#[wasm_bindgen_test]
async fn a_document_that_is_cut_again_leaves_nothing_of_the_first_cut() {
    let store = IndexedDb::open().await.unwrap();
    let mut cut = record("cut.txt");
    stored(&store, &cut).await;
    cut.manifest.chunking.size_tokens = 64;
    cut.manifest.embedder = "another".into();
    cut.vectors = vec![1.0, 2.0];
    assert!(store.put(&cut).await.unwrap());
    assert_eq!(store.load_one(cut.manifest.id).await.unwrap(), Some(Ok(cut.clone())));
    let id = cut.manifest.id;
    assert_eq!(indexed(&store, id, ChunkSettings::default(), "test").await, None, "rows of the first cut");
    assert!(indexed(&store, id, cut.manifest.chunking, "another").await.is_some());
    erased(&store, id).await;
}

async fn indexed(
    store: &IndexedDb,
    id: DocumentId,
    chunking: ChunkSettings,
    embedder: &str,
) -> Option<StoredIndex> {
    store.load_index(chunking, embedder).await.unwrap().into_iter().find(|row| row.document == id)
}

#[wasm_bindgen_test]
async fn an_additional_index_is_kept_beside_the_documents_own_for_as_long_as_it_is_used() {
    let store = IndexedDb::open().await.unwrap();
    let own = record("indexed.txt");
    let id = own.manifest.id;
    let mut other = own.clone();
    other.manifest.chunking.size_tokens = 64;
    other.vectors = vec![1.0, 2.0];
    let chunking = other.manifest.chunking;
    assert!(!store.put_index(&other).await.unwrap(), "of a document that is not stored");
    stored(&store, &own).await;
    assert!(store.put_index(&other).await.unwrap());
    let row = StoredIndex { document: id, chunks: other.chunks.clone(), vectors: other.vectors.clone() };
    assert_eq!(indexed(&store, id, chunking, "test").await, Some(row.clone()));
    store.keep_indexes(&[(chunking, "test".into())]).await.unwrap();
    assert_eq!(indexed(&store, id, chunking, "test").await, Some(row));
    store.keep_indexes(&[]).await.unwrap();
    assert_eq!(indexed(&store, id, chunking, "test").await, None);
    assert_eq!(store.load_one(id).await.unwrap(), Some(Ok(own.clone())));
    // Read again as another text: nothing that was made of the first one stays.
    store.put_index(&other).await.unwrap();
    let mut read_again = own.clone();
    read_again.document =
        Rc::new(Document { text: "Another text altogether.".into(), ..own.document.as_ref().clone() });
    assert!(store.put(&read_again).await.unwrap());
    assert_eq!(indexed(&store, id, chunking, "test").await, None);
    store.mark_removed(id, 0).await.unwrap();
    assert!(!store.put_index(&other).await.unwrap(), "of a document that was removed");
    erased(&store, id).await;
}

#[wasm_bindgen_test]
async fn cached_vectors_come_back_bit_for_bit_and_go_with_their_owner() {
    let store = IndexedDb::open().await.unwrap();
    let (known, unknown, owner) = (sha256(b"known"), sha256(b"unknown"), sha256(b"owner"));
    let vector = vec![0.1, -0.0, f32::MAX, 1.0e-40];
    store.cache(owner, &[(known, vector.clone())]).await.unwrap();
    let found = store.cached(&[unknown, known]).await.unwrap();
    assert_eq!(found[0], None);
    let bits = |vector: &[f32]| vector.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(found[1].as_ref().unwrap()), bits(&vector));
    assert!(store.cache_bytes().await.unwrap() >= 16);
    erased(&store, owner).await;
    assert_eq!(store.cached(&[known]).await.unwrap(), [None]);
    store.cache(owner, &[(known, vector)]).await.unwrap();
    store.clear_cache().await.unwrap();
    assert_eq!(store.cache_bytes().await.unwrap(), 0);
}

#[wasm_bindgen_test]
async fn an_added_file_waits_until_its_document_is_stored() {
    let (store, uploads) = (IndexedDb::open().await.unwrap(), uploads().await);
    let file = files::from_text("upload.txt", "on the uploads").unwrap();
    let id = crypto::digest(&files::bytes(&file).await.unwrap()).await.unwrap();
    let mut random = [0; 32];
    assert!(crypto::fill_random(&mut random));
    let pending = Sha256(random);
    uploads.put(&[upload(pending, "upload.txt", UploadState::Pending, None)]).await.unwrap();
    uploads.settle(pending, upload(id, "upload.txt", UploadState::Waiting, Some(file.into()))).await.unwrap();
    let failure = UploadState::Failed(problem::parse::corrupt("PDF", problem::flaw::text("no pages")));
    uploads.set_state(id, failure.clone()).await.unwrap();
    let (waiting, originals) = uploads.waiting().await.unwrap();
    assert!(waiting.iter().all(|upload| upload.id != pending) && originals.contains(&id));
    let found = waiting.iter().find(|upload| upload.id == id).expect("not among the uploads");
    assert_eq!((found.info.name.as_str(), &found.info.state), ("upload.txt", &failure));
    let mut record = record("upload.txt");
    record.manifest.id = id;
    Rc::make_mut(&mut record.document).id = id;
    record.chunks[0].document = id;
    assert!(store.put(&record).await.unwrap());
    assert!(uploads.waiting().await.unwrap().0.iter().all(|file| file.id != id));
    assert!(uploads.has_documents().await.unwrap());
    erased(&store, id).await;
    assert!(uploads.original(id).await.unwrap().is_none(), "removing a document leaves its file behind");
    assert!(!uploads.contains(id).await.unwrap());
}

#[wasm_bindgen_test]
async fn runs_are_kept_hidden_and_collected() {
    let runs = RunStore::open(|| {}).await.unwrap();
    runs.clear().await.unwrap();
    for id in ["a", "b"] {
        runs.put(id, format!("summary of {id}").as_bytes(), id.as_bytes()).await.unwrap();
    }
    let list =
        async || -> Vec<String> { runs.summaries().await.unwrap().into_iter().map(|(id, _)| id).collect() };
    assert_eq!(list().await, ["a", "b"]);
    assert_eq!(runs.get("b").await.unwrap(), Some(b"b".to_vec()));
    runs.mark_removed(&["a".into()], 10).await.unwrap();
    assert_eq!((list().await, runs.count().await.unwrap()), (vec!["b".to_owned()], 2));
    runs.collect(10).await.unwrap();
    runs.restore(&["a".into()]).await.unwrap();
    assert_eq!(list().await, ["a", "b"]);
    runs.mark_removed(&["a".into()], 10).await.unwrap();
    runs.collect(11).await.unwrap();
    runs.restore(&["a".into()]).await.unwrap();
    assert_eq!((list().await, runs.get("a").await.unwrap()), (vec!["b".to_owned()], None));
    runs.delete(&["b".into()]).await.unwrap();
    assert!(list().await.is_empty());
    runs.put_recipe("r", Some(b"recipe")).await.unwrap();
    assert_eq!(runs.recipes().await.unwrap(), [("r".to_owned(), b"recipe".to_vec())]);
    runs.put_recipe("r", None).await.unwrap();
    assert!(runs.recipes().await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn a_dropped_connection_holds_up_nobody_and_an_open_one_lets_go() {
    let name = corpus_name();
    drop(IndexedDb::open().await.unwrap());
    delete_database(&name).await.unwrap();
    let reported = Rc::new(Cell::new(false));
    let flag = Rc::clone(&reported);
    let uploads = UploadStore::open(move || flag.set(true)).await.unwrap();
    let factory = Factory::new().unwrap();
    factory.open(&name, Some(99)).unwrap().await.unwrap().close();
    assert!(reported.get(), "nobody learns of the newer version");
    assert!(matches!(uploads.waiting().await, Err(Error::Newer { .. })));
    assert!(matches!(IndexedDb::open().await, Err(Error::Newer { .. })));
    delete_database(&name).await.unwrap();
}

#[wasm_bindgen_test]
async fn one_at_a_time_holds_a_lock() {
    let name = site::name("test");
    let first = lock::acquire(&name).await;
    let entered = Rc::new(Cell::new(false));
    let flag = Rc::clone(&entered);
    let waiting = name.clone();
    let (done, over) = futures_channel::oneshot::channel();
    wasm_bindgen_futures::spawn_local(async move {
        let _second = lock::acquire(&waiting).await;
        flag.set(true);
        let _ = done.send(());
    });
    sidecite::browser::clock::yield_now().await;
    assert!(!entered.get());
    drop(first);
    over.await.unwrap();
    assert!(entered.get());
    drop(lock::acquire(&name).await);
}

/// A database of version 1 with these rows.
async fn old_database(name: &str, tables: &'static [&'static str], rows: &[(&str, &str, JsValue)]) {
    let factory = Factory::new().unwrap();
    let mut request = factory.open(name, Some(1)).unwrap();
    request.on_upgrade_needed(move |event| {
        for table in tables {
            event.database().unwrap().create_object_store(table, ObjectStoreParams::new()).unwrap();
        }
    });
    let database: Database = request.await.unwrap();
    let transaction = database.transaction(tables, TransactionMode::ReadWrite).unwrap();
    for (table, key, value) in rows {
        transaction.object_store(table).unwrap().put(value, Some(&JsValue::from_str(key))).unwrap();
    }
    transaction.await.unwrap();
    database.close();
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// A row as version 1 wrote it: its version, then postcard.
fn old<T: serde::Serialize>(value: &T) -> JsValue {
    bytes(&[vec![1], postcard::to_allocvec(value).unwrap()].concat())
}

#[wasm_bindgen_test]
async fn a_database_of_version_1_is_taken_over_and_deleted() {
    delete_database(&corpus_name()).await.unwrap();
    let record = record("old.txt");
    let (id, manifest) = (record.manifest.id, &record.manifest);
    let key = id.to_string();
    // A manifest of version 1: without its reader, and with three settings of chunking.
    let ChunkSettings { strategy, size_tokens, overlap_tokens, .. } = manifest.chunking;
    let counts = (manifest.size_bytes, manifest.pages, manifest.characters, manifest.chunks, manifest.tokens);
    let chunking = (strategy, size_tokens, overlap_tokens);
    let named = (id, &manifest.name, manifest.format, &manifest.title);
    let warnings: [(&str,); 0] = [];
    let embedded = (&manifest.embedder, manifest.added_millis, warnings.as_slice());
    let old_manifest = old(&(named, counts, chunking, embedded));
    let floats: Vec<u8> = record.vectors.iter().flat_map(|number| number.to_le_bytes()).collect();
    let file = files::from_text("old.txt", "abc").unwrap();
    let row = Array::of4(&"old.txt".into(), &7.0.into(), &JsValue::NULL, &file);
    let content = sha256(b"content");
    let rows = [
        ("manifests", key.as_str(), old_manifest),
        ("documents", &key, old(&record.document)),
        ("chunks", &key, old(&record.chunks)),
        ("vectors", &key, bytes(&floats)),
        ("files", &key, row.into()),
        ("cache", &content.to_string(), bytes(&floats)),
        ("manifests", &sha256(b"damaged").to_string(), bytes(&[1, 2, 3])),
    ];
    let tables = &["files", "manifests", "documents", "chunks", "vectors", "cache"];
    old_database("sidecite", tables, &rows).await;
    // Twice at once, as two tabs would.
    let (one, two) = futures_util::future::join(IndexedDb::open(), IndexedDb::open()).await;
    let (store, other) = (one.unwrap(), two.unwrap());
    let loaded = store.load().await.unwrap();
    assert_eq!(loaded, other.load().await.unwrap());
    assert_eq!(of(&loaded, id), Some(&Ok(record.clone())));
    assert!(matches!(of(&loaded, sha256(b"damaged")), Some(Err(_))));
    assert_eq!(loaded.len(), 2);
    assert_eq!(store.cached(&[content]).await.unwrap(), [Some(record.vectors.clone())]);
    assert!(uploads().await.original(id).await.unwrap().is_some());
    assert!(!UploadStore::is_behind().await || old_is_empty().await);
    for id in [id, sha256(b"damaged")] {
        erased(&store, id).await;
    }
}

/// Whether what is left of the old database holds nothing.
async fn old_is_empty() -> bool {
    let database = Factory::new().unwrap().open("sidecite", None).unwrap().await.unwrap();
    let names = database.store_names();
    let mut count = 0;
    for table in &names {
        let transaction = database.transaction(&[table], TransactionMode::ReadOnly).unwrap();
        count += transaction.object_store(table).unwrap().count(None).unwrap().await.unwrap();
    }
    database.close();
    count == 0
}

#[wasm_bindgen_test]
async fn the_couriers_database_of_version_1_is_taken_over_too() {
    delete_database(&courier_name()).await.unwrap();
    let tables = &["vault", "calls", "spending", "prefs"];
    let spent = sidecite::types::Spending {
        provider: "p".into(),
        day: "2026-11-20".into(),
        usd: 0.5,
        calls: 2,
        unpriced: 0,
        input_tokens: 10,
        output_tokens: 3,
    };
    let rows = [("vault", "vault", bytes(&[1, 2, 3])), ("spending", "p|2026-11-20", old(&spent))];
    old_database("sidecite-courier", tables, &rows).await;
    let db = CourierDb::new(Rc::new(Browser::default()));
    assert_eq!(db.unavailable().await, None);
    assert_eq!(db.vault().await.unwrap(), Some(vec![1, 2, 3]));
    assert_eq!(db.spending().await.unwrap(), [spent]);
    drop(db);
    delete_database(&courier_name()).await.unwrap();
}
