//! Files that a person hands over: picked, dropped (folders too) or pasted.

use js_sys::{ArrayBuffer, JsString, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry, HtmlElement,
};

/// Most files taken from one drop, so that a dropped disk does not swamp the page.
const MAX_FILES: usize = 10_000;

/// The ids of the inputs that pick files and folders.
pub const FILE_PICKER: &str = "files-to-add";
/// See [`FILE_PICKER`].
pub const FOLDER_PICKER: &str = "folder-to-add";

/// Opens the browser's dialog of an input, which need not be on the screen.
pub fn open_picker(id: &str) {
    let input = web_sys::window().and_then(|window| window.document()?.get_element_by_id(id));
    if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlElement>().ok()) {
        input.click();
    }
}

/// The files of a picker.
pub fn of_list(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)).collect()
}

/// The bytes of a file, without a copy into our memory.
pub async fn bytes(file: &web_sys::Blob) -> Result<ArrayBuffer, JsValue> {
    JsFuture::from(file.array_buffer()).await?.dyn_into()
}

/// A file made of text.
pub fn from_text(name: &str, text: &str) -> Result<File, JsValue> {
    File::new_with_str_sequence(&js_sys::Array::of1(&JsString::from(text)), name)
}

/// A file made of bytes.
pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<File, JsValue> {
    File::new_with_u8_array_sequence(&js_sys::Array::of1(&Uint8Array::from(bytes)), name)
}

/// What was dropped, before the browser takes it away at the end of the event.
pub enum Dropped {
    /// Loose files.
    Files(Vec<File>),
    /// Files and folders, to be walked.
    Entries(Vec<FileSystemEntry>),
}

/// Must be called inside the drop event.
pub fn of_drop(transfer: &DataTransfer) -> Dropped {
    let items = transfer.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|at| items.get(at))
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    if entries.is_empty() { Dropped::Files(of_list(transfer.files())) } else { Dropped::Entries(entries) }
}

/// All files of a drop, folders walked breadth first; hidden files are left out.
pub async fn collect(dropped: Dropped) -> Vec<File> {
    let mut entries = match dropped {
        Dropped::Files(files) => return files,
        Dropped::Entries(entries) => std::collections::VecDeque::from(entries),
    };
    let mut files = Vec::new();
    while let Some(entry) = entries.pop_front() {
        if entry.name().starts_with('.') || files.len() >= MAX_FILES {
            continue;
        }
        if entry.is_directory() {
            entries.extend(children(entry.unchecked_ref()).await);
        } else if let Some(file) = file(entry.unchecked_ref()).await {
            files.push(file);
        }
    }
    files
}

/// The file of an entry; nothing when it cannot be read: a folder with one bad file still loads the others.
async fn file(entry: &FileSystemFileEntry) -> Option<File> {
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        entry.file_with_callback_and_callback(&resolve, &reject);
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

async fn children(entry: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = entry.create_reader();
    let mut all = Vec::new();
    // A reader hands out at most 100 entries a time and then an empty list.
    loop {
        let promise = js_sys::Promise::new(&mut |resolve, reject| {
            let _ = reader.read_entries_with_callback_and_callback(&resolve, &reject);
        });
        let Ok(batch) = JsFuture::from(promise).await else { break };
        let batch = js_sys::Array::from(&batch);
        if batch.length() == 0 || all.len() > MAX_FILES {
            break;
        }
        all.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
    all
}
