//! Files that are not read → what they are, so that the refusal can name it.

use super::sniff::Members;

/// What the bytes are, where they begin like a file kind that holds no text for us.
pub(super) fn by_magic(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Some(old_office(bytes));
    }
    let fits =
        |(at, magic, _): &&(usize, &[u8], &str)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    MAGIC.iter().find(fits).map(|(_, _, found)| *found)
}

/// What a zip archive of no known format is.
pub(super) fn by_members(members: &Members<'_>) -> &'static str {
    let has_under = |prefix: &str| members.archive.has_under(prefix);
    if let Some(mimetype) = &members.mimetype {
        return match mimetype {
            odf if odf.ends_with("opendocument.text") => "an OpenDocument text (.odt)",
            odf if odf.ends_with("opendocument.spreadsheet") => "an OpenDocument spreadsheet (.ods)",
            odf if odf.ends_with("opendocument.presentation") => "an OpenDocument presentation (.odp)",
            _ => "a zip archive of an unknown kind",
        };
    }
    if members.is_office() {
        let has = |part: &str| members.content_types.contains(part) || has_under(part);
        return match () {
            () if has("presentationml") || has_under("ppt/") => "a PowerPoint presentation (.pptx)",
            () if has("spreadsheetml") || has_under("xl/") => "an Excel workbook (.xlsx)",
            () if has_under("visio/") => "a Visio drawing",
            () => "an Office file of an unknown kind",
        };
    }
    match () {
        () if members.archive.has("AndroidManifest.xml") => "an Android app",
        () if members.archive.has("META-INF/MANIFEST.MF") => "a Java archive",
        () if has_under("Index/") => "an Apple iWork document",
        () => "a zip archive",
    }
}

/// A compound file of Office 97–2003, recognised by the names of its streams.
fn old_office(bytes: &[u8]) -> &'static str {
    let has = |word: &str| {
        let word: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(word.len()).any(|window| window == word)
    };
    match () {
        () if has("EncryptedPackage") => "a password-protected Office document",
        () if has("WordDocument") => "a Word 97–2003 document (.doc)",
        () if has("Workbook") => "an Excel 97–2003 workbook (.xls)",
        () if has("PowerPoint Document") => "a PowerPoint 97–2003 presentation (.ppt)",
        () if has("__substg1.0_") => "an Outlook message (.msg)",
        () => "an old Microsoft Office file",
    }
}

/// Offset, bytes and name of file kinds that hold no text for us.
const MAGIC: [(usize, &[u8], &str); 37] = [
    (0, b"\x89PNG\r\n\x1A\n", "a PNG image"),
    (0, b"\xFF\xD8\xFF", "a JPEG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (8, b"WEBP", "a WebP image"),
    (8, b"WAVE", "a WAV recording"),
    (8, b"AVI ", "an AVI video"),
    (0, b"\0\0\x01\0", "an icon"),
    (4, b"ftypheic", "a HEIC image"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftyp", "an MP4 or QuickTime video"),
    (0, b"\x1A\x45\xDF\xA3", "a Matroska or WebM video"),
    (0, b"ID3", "an MP3 recording"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (0, b"\x7FELF", "an executable program"),
    (0, b"MZ\x90\0", "an executable program"),
    (0, b"\xCF\xFA\xED\xFE", "an executable program"),
    (0, b"\xCE\xFA\xED\xFE", "an executable program"),
    (0, b"\xCA\xFE\xBA\xBE", "an executable program or Java class"),
    (0, b"\0asm", "a WebAssembly module"),
    (0, b"\x1F\x8B", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xFD7zXZ\0", "an xz archive"),
    (0, b"\x28\xB5\x2F\xFD", "a Zstandard archive"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"wOFF", "a web font"),
    (0, b"wOF2", "a web font"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"AT&TFORM", "a DjVu document"),
    (60, b"BOOKMOBI", "a Kindle book"),
];
