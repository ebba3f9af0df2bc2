//! Long names of a wasm's imports → short ones, in the wasm and in its glue.
//!
//! `wasm-bindgen` ends the name of every import with a hash of sixteen digits. Nothing compresses them, and each is sent twice.

use std::collections::HashMap;

const IMPORT_SECTION: u8 = 2;

/// The wasm and the glue with short names; nothing when the wasm is not of the expected form.
pub fn shortened(wasm: &[u8], glue: &str) -> Option<(Vec<u8>, String)> {
    let mut out = wasm.get(..8)?.to_vec();
    let mut short = HashMap::new();
    let mut rest = wasm.get(8..)?;
    while let Some((&id, after)) = rest.split_first() {
        let mut body = after;
        let length = number(&mut body)?;
        let (section, next) = body.split_at_checked(length)?;
        out.push(id);
        let section = if id == IMPORT_SECTION { renamed(section, &mut short)? } else { section.to_vec() };
        put_number(&mut out, section.len());
        out.extend_from_slice(&section);
        rest = next;
    }
    Some((out, replaced(glue, &short)))
}

fn renamed(mut section: &[u8], short: &mut HashMap<String, String>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let count = number(&mut section)?;
    put_number(&mut out, count);
    for _ in 0..count {
        let module = name(&mut section)?;
        put_name(&mut out, module);
        let import = name(&mut section)?;
        let next = format!("i{}", short.len());
        let import = if is_hashed(import) { short.entry(import.to_owned()).or_insert(next) } else { import };
        put_name(&mut out, import);
        // A function and its type. Memories, tables and globals are never imported by a page.
        let (&kind, after) = section.split_first()?;
        if kind != 0 {
            return None;
        }
        section = after;
        out.push(kind);
        let of_type = number(&mut section)?;
        put_number(&mut out, of_type);
    }
    section.is_empty().then_some(out)
}

fn is_hashed(name: &str) -> bool {
    name.rsplit_once('_')
        .is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Replaces whole identifiers only.
fn replaced(glue: &str, short: &HashMap<String, String>) -> String {
    let mut out = String::with_capacity(glue.len());
    for word in glue.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        let end = word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        match short.get(end) {
            Some(name) => out.push_str(&(name.to_owned() + word.strip_prefix(end).unwrap_or_default())),
            None => out.push_str(word),
        }
    }
    out
}

fn name<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = number(bytes)?;
    let (name, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(name).ok()
}

fn put_name(out: &mut Vec<u8>, name: &str) {
    put_number(out, name.len());
    out.extend_from_slice(name.as_bytes());
}

/// An unsigned LEB128 number of up to 32 bits.
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn put_number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One import, `m.NAME`, of type 0, between a type section and an empty custom one.
    fn wasm(import: &str) -> Vec<u8> {
        let mut imports = vec![1, 1, b'm'];
        put_name(&mut imports, import);
        imports.extend([0, 0]);
        let mut out = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02".to_vec();
        put_number(&mut out, imports.len());
        out.extend(imports);
        out.extend([0, 1, 0]);
        out
    }

    #[test]
    fn an_import_is_renamed_in_both_files() {
        let long = "__wbg_remove_8228e91d7ddbc755";
        let glue = format!("{{ {long}: function() {{}}, {long}x: 1 }}");
        let (made, glue) = shortened(&wasm(long), &glue).unwrap();
        assert_eq!(made, wasm("i0"));
        assert_eq!(glue, format!("{{ i0: function() {{}}, {long}x: 1 }}"));
    }

    #[test]
    fn names_without_a_hash_and_other_bytes_stay() {
        let plain = wasm("__wbindgen_throw");
        assert_eq!(shortened(&plain, "x").unwrap(), (plain, "x".to_owned()));
        assert!(shortened(b"\0asm\x01\0\0\0\x02\x7f", "").is_none());
    }
}
