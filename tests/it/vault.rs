//! `courier::vault`: pinned bytes, wrong passphrases, every byte changed, downgrades refused.
//!
//! AES-GCM is RustCrypto's here and the browser's in `tests/browser.rs`; both must give the bytes of
//! `tests/data/vault/v1.json`, which neither of them made.

use crate::support::InWords;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use sidecite::courier::Origin;
use sidecite::courier::vault::{AutoLock, Envelope, Error, Iv, Job, Kdf, Kek, Sealing, auto_lock, kdf};
use sidecite::provider::Key;

use crate::vault_vectors::{Vector, vectors};

fn seal(kek: &Kek, job: &Job) -> Vec<u8> {
    let payload = Payload { msg: &job.input, aad: &job.aad };
    Aes256Gcm::new(kek.expose().into()).encrypt(&Nonce::from(job.iv), payload).unwrap()
}

fn open(kek: &Kek, job: &Job) -> Option<Vec<u8>> {
    let payload = Payload { msg: &job.input, aad: &job.aad };
    Aes256Gcm::new(kek.expose().into()).decrypt(&Nonce::from(job.iv), payload).ok()
}

type Keys = Vec<(String, Origin, Key)>;

fn sealed(kek: &Kek, sealing: Sealing) -> Envelope {
    let outputs = sealing.jobs().map(|job| seal(kek, job)).collect();
    sealing.finish(outputs).unwrap()
}

fn opened(kek: &Kek, envelope: &Envelope) -> Result<Keys, Error> {
    envelope.opened(envelope.opening().iter().map(|job| open(kek, job)).collect())
}

fn unlock(bytes: &[u8], passphrase: &str) -> Result<Keys, Error> {
    let envelope = Envelope::parse(bytes)?;
    opened(&envelope.kdf().derive(passphrase)?, &envelope)
}

fn whole(vector: &Vector, kek: &Kek) -> Envelope {
    let mut ivs = vector.ivs().into_iter();
    sealed(kek, Sealing::whole(vector.kdf(), &vector.keys(), || Ok(ivs.next().unwrap())).unwrap())
}

/// The cheapest derivation that is allowed.
fn cheap(salt: u8) -> Kdf {
    Kdf { memory_kib: kdf::MIN_MEMORY_KIB, passes: kdf::MIN_PASSES, lanes: 1, salt: [salt; 16] }
}

fn origin(text: &str) -> Origin {
    Origin::parse(text).unwrap()
}

fn counting() -> impl FnMut() -> Result<Iv, Error> {
    let mut count = 0u8;
    move || {
        count += 1;
        Ok([count; 12])
    }
}

#[test]
fn pinned_bytes_are_written_and_read() {
    let vectors = vectors();
    assert!(vectors.len() >= 3);
    for vector in &vectors {
        let kek = vector.kdf().derive(&vector.passphrase).unwrap();
        assert_eq!(kek.expose().as_slice(), vector.kek, "{}", vector.passphrase);
        let envelope = whole(vector, &kek);
        assert_eq!(envelope.to_bytes(), vector.bytes, "{}", vector.passphrase);
        let parsed = Envelope::parse(&vector.bytes).unwrap();
        assert_eq!(parsed, envelope);
        assert_eq!(opened(&kek, &parsed).unwrap(), vector.keys());
        let aads: Vec<Vec<u8>> = parsed.opening().into_iter().map(|job| job.aad).collect();
        assert_eq!(aads, vector.aads);
    }
    assert_eq!(vectors[0].kdf(), Kdf::new(vectors[0].kdf().salt), "today's parameters are pinned");
}

#[test]
fn a_wrong_passphrase_is_told_even_without_a_key() {
    for vector in &vectors()[1..] {
        for wrong in ["", "Passphrase", " Café fin über alles", "four lanes of it ", "FOUR LANES OF IT"] {
            assert_eq!(unlock(&vector.bytes, wrong).unwrap_err(), Error::WrongPassphrase, "{wrong}");
        }
        assert!(unlock(&vector.bytes, &vector.passphrase).is_ok());
    }
    // The same words from another keyboard: one é instead of e and an accent.
    assert!(unlock(&vectors()[1].bytes, "Caf\u{e9} fin \u{fc}ber alles").unwrap().is_empty());
}

#[test]
fn any_changed_byte_is_an_error() {
    let vector = &vectors()[2];
    let ours = vector.kdf().derive(&vector.passphrase).unwrap();
    // As `unlock` does, but what was derived once is not derived again.
    let unlock = |bytes: &[u8]| {
        let envelope = Envelope::parse(bytes)?;
        let same = *envelope.kdf() == vector.kdf();
        let kek = if same { ours.clone() } else { envelope.kdf().derive(&vector.passphrase)? };
        opened(&kek, &envelope)
    };
    assert!(unlock(&vector.bytes).is_ok());
    let mut causes = std::collections::BTreeMap::<String, usize>::new();
    for at in 0..vector.bytes.len() {
        for flip in [0x01, 0x04, 0x80] {
            let mut bytes = vector.bytes.clone();
            bytes[at] ^= flip;
            let error = unlock(&bytes).expect_err(&format!("byte {at} ^ {flip:#x}"));
            let name = format!("{error:?}").split([' ', '{']).next().unwrap().to_owned();
            *causes.entry(name).or_default() += 1;
            assert!(!error.message().is_empty() && !error.hint().is_empty());
        }
    }
    println!("{causes:?}");
    for cause in ["NotAVault", "Newer", "Damaged", "WeakKdf", "CostlyKdf", "WrongPassphrase", "Tampered"] {
        assert!(causes.contains_key(cause), "{cause} never happened: {causes:?}");
    }
}

#[test]
fn any_cut_and_any_addition_is_an_error() {
    let bytes = &vectors()[0].bytes;
    for length in 0..bytes.len() {
        assert!(Envelope::parse(&bytes[..length]).is_err(), "{length}");
    }
    assert!(Envelope::parse(&[bytes.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn a_downgrade_and_an_exhausting_derivation_are_refused() {
    let salt = [7; 16];
    let check = |memory_kib, passes, lanes| Kdf { memory_kib, passes, lanes, salt }.check();
    assert_eq!(check(19_456, 2, 1), Ok(()));
    assert_eq!(check(1_048_576, 32, 16), Ok(()));
    for (memory_kib, passes, lanes) in
        [(19_455, 2, 1), (0, 2, 1), (65_536, 1, 1), (65_536, 0, 1), (65_536, 3, 0)]
    {
        let error = check(memory_kib, passes, lanes).unwrap_err();
        assert_eq!(error, Error::WeakKdf { memory_kib, passes });
    }
    for (memory_kib, passes, lanes) in [(1_048_577, 2, 1), (u32::MAX, 3, 1), (65_536, 33, 1), (65_536, 3, 17)]
    {
        let error = check(memory_kib, passes, lanes).unwrap_err();
        assert_eq!(error, Error::CostlyKdf { memory_kib, passes, lanes });
    }
    // Refused before anything is derived, in what is read and in what is written.
    let mut bytes = vectors()[1].bytes.clone();
    bytes[8..12].copy_from_slice(&8u32.to_le_bytes());
    assert_eq!(Envelope::parse(&bytes).unwrap_err(), Error::WeakKdf { memory_kib: 8, passes: 2 });
    let weak = Kdf { memory_kib: 8, ..cheap(1) };
    assert!(Sealing::whole(weak, &[], counting()).is_err());
    assert!(weak.derive("a passphrase").is_err());
}

#[test]
fn entries_cannot_change_places() {
    let kek = cheap(1).derive("a passphrase").unwrap();
    let key = |text: &str| Key::new(text).unwrap();
    let (good, evil) = (origin("https://good.example"), origin("https://evil.example"));
    let put =
        |provider: &str, origin: &Origin| vec![(provider.to_owned(), origin.clone(), key("sk-1234567890"))];
    let ours = sealed(&kek, Sealing::whole(cheap(1), &put("p", &good), counting()).unwrap());
    let bytes = ours.to_bytes();
    let swapped = |from: &str, to: &str| {
        let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut bytes = bytes.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        opened(&kek, &Envelope::parse(&bytes).unwrap())
    };
    assert_eq!(swapped("good", "good").unwrap().len(), 1);
    let error = swapped("good", "evil").unwrap_err();
    assert_eq!(error, Error::Tampered { provider: "p".into(), origin: evil.to_string() });
    // A letter that moves from the provider into the origin is another pair.
    let pairs = [("ab", "https://c.example"), ("a", "https://bc.example"), ("abhttps:", "https://c.example")];
    let aads: Vec<Vec<u8>> = pairs
        .iter()
        .map(|(provider, at)| {
            let sealing = Sealing::whole(cheap(1), &put(provider, &origin(at)), counting()).unwrap();
            sealing.jobs().nth(1).unwrap().aad.clone()
        })
        .collect();
    assert!(aads[0] != aads[1] && aads[1] != aads[2] && aads[0] != aads[2]);
}

#[test]
fn keys_come_go_and_move_to_another_passphrase() {
    let kek = cheap(1).derive("the first passphrase").unwrap();
    let empty = sealed(&kek, Sealing::whole(cheap(1), &[], counting()).unwrap());
    let (a, b) = (origin("https://a.example"), origin("https://b.example:8443"));
    let key = |text: &str| Key::new(text).unwrap();
    let one = sealed(&kek, empty.sealing("pa", &a, &key("key-a"), [11; 12]).unwrap());
    let two = sealed(&kek, one.sealing("pb", &b, &key("key-b"), [12; 12]).unwrap());
    let newer = sealed(&kek, two.sealing("pa2", &a, &key("key-a2"), [13; 12]).unwrap());
    let keys = opened(&kek, &newer).unwrap();
    let seen: Vec<(&str, &str, &str)> =
        keys.iter().map(|(p, o, k)| (p.as_str(), o.as_str(), k.expose())).collect();
    assert_eq!(seen, [("pb", "https://b.example:8443", "key-b"), ("pa2", "https://a.example", "key-a2")]);
    // Under another passphrase everything is encrypted again.
    let other = cheap(2).derive("the second passphrase").unwrap();
    let moved = sealed(&other, Sealing::whole(cheap(2), &keys, counting()).unwrap());
    assert_eq!(opened(&other, &moved).unwrap(), keys);
    assert_eq!(opened(&kek, &moved).unwrap_err(), Error::WrongPassphrase);
    // Taken out without any passphrase; the others still open.
    let mut less = Envelope::parse(&newer.to_bytes()).unwrap();
    assert!(less.remove(&a) && !less.remove(&a));
    assert_eq!(opened(&kek, &less).unwrap().len(), 1);
    assert_eq!(less.entries().iter().map(|entry| entry.provider.as_str()).collect::<Vec<_>>(), ["pb"]);
    // A key sealed under the passphrase of before, as by another tab, is noticed.
    let stale = sealed(&kek, moved.sealing("pc", &origin("https://c.example"), &key("c"), [14; 12]).unwrap());
    assert!(matches!(opened(&other, &stale), Err(Error::Tampered { .. })));
}

#[test]
fn stored_bytes_and_debug_hold_no_key() {
    let vector = &vectors()[0];
    let kek = vector.kdf().derive(&vector.passphrase).unwrap();
    let sealing = Sealing::whole(vector.kdf(), &vector.keys(), || Ok([1; 12])).unwrap();
    let shown = format!("{kek:?} {sealing:?} {:?}", Envelope::parse(&vector.bytes).unwrap().opening());
    assert!(!shown.contains("CANARY") && !shown.contains(&format!("{:?}", &kek.expose()[..4])), "{shown}");
    let stored = String::from_utf8_lossy(&vector.bytes).into_owned();
    assert!(!stored.contains("CANARY") && !stored.contains("sk-"));
    // What is in the clear, as the documentation says.
    assert!(stored.contains("https://api.openai.com") && stored.contains("anthropic"));
}

#[test]
fn a_cipher_that_gives_something_else_is_refused() {
    let keys = vectors()[0].keys();
    let sealing = || Sealing::whole(cheap(1), &keys, counting()).unwrap();
    let lengths: Vec<usize> = sealing().jobs().map(|job| job.input.len()).collect();
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut outputs: Vec<Vec<u8>> = lengths.iter().map(|length| vec![0; length + 16]).collect();
        change(&mut outputs);
        sealing().finish(outputs)
    };
    assert!(with(&|_| {}).is_ok());
    for change in [
        (&|outputs: &mut Vec<Vec<u8>>| drop(outputs.pop())) as &dyn Fn(&mut Vec<Vec<u8>>),
        &|outputs| outputs.push(vec![]),
        &|outputs| outputs[1].truncate(20),
        &|outputs| outputs.clear(),
    ] {
        assert!(matches!(with(change), Err(Error::Crypto { .. })));
    }
    let envelope = with(&|_| {}).unwrap();
    assert_eq!(envelope.opened(vec![]), Err(Error::WrongPassphrase));
    assert_eq!(envelope.opened(vec![Some(vec![1])]), Err(Error::WrongPassphrase));
    // Fewer texts than entries, no text, and no key are no keys.
    for text in [vec![], vec![Some(vec![0xff])], vec![Some(b"a b".to_vec())], vec![Some(b" a".to_vec())]] {
        let texts = std::iter::once(Some(vec![])).chain(text).collect();
        assert!(matches!(envelope.opened(texts), Err(Error::Tampered { .. })));
    }
}

#[test]
fn what_is_too_long_is_refused() {
    let long = "x".repeat(20_000);
    let at = origin("https://a.example");
    let put = |provider: &str, key: &str| {
        let keys = [(provider.to_owned(), at.clone(), Key::new(key).unwrap())];
        Sealing::whole(cheap(1), &keys, counting()).map(drop)
    };
    assert!(put("p", &"x".repeat(16_384)).is_ok());
    assert!(matches!(put("p", &long), Err(Error::TooLong { .. })));
    assert!(matches!(put(&long, "k"), Err(Error::TooLong { .. })));
}

#[test]
fn a_new_passphrase_is_not_too_short() {
    for (passphrase, good) in
        [("", false), ("1234567", false), ("12345678", true), ("a b c d e", false), ("ünïcödé8", true)]
    {
        assert_eq!(kdf::check_passphrase(passphrase).is_ok(), good, "{passphrase}");
    }
}

#[test]
fn an_unused_vault_closes_by_itself() {
    let minutes = |minutes: f64| minutes * 60_000.0;
    let mut lock = AutoLock::new(0.0);
    assert_eq!(lock.deadline_millis(), auto_lock::IDLE_MILLIS);
    assert!(!lock.is_due(minutes(14.99)) && lock.is_due(minutes(15.0)));
    assert!(lock.used(minutes(10.0)));
    assert!(!lock.is_due(minutes(24.99)) && lock.is_due(minutes(25.0)));
    // A late use does not bring it back.
    assert!(!lock.used(minutes(25.0)));
    assert!(lock.is_due(minutes(25.0)));
    // A clock set back a little does no harm; one set back far closes it instead of keeping it open for hours.
    assert!(lock.used(minutes(9.0)));
    assert_eq!(lock.deadline_millis(), minutes(24.0));
    assert!(!lock.used(minutes(-51.0)) && lock.is_due(minutes(-51.0)));
}
