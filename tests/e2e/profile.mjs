// What a site keeps in a browser, as plain JSON, and back: for profiles of earlier versions and for damage.
//
// Each function runs in the page (`page.evaluate(dump)`), so it uses nothing of this module.
// Bytes are {bytes: base64}, files {blob: base64, name, type}, arrays {array: […]}.

/** Everything the origin keeps: {databases: {NAME: {version, tables: {TABLE: [[key, value], …]}}}, settings}. */
export async function dump() {
  const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const plain = async (value) => {
    if (value instanceof Blob) {
      return { blob: base64(new Uint8Array(await value.arrayBuffer())), type: value.type, ...(value.name !== undefined && { name: value.name }) };
    }
    if (value instanceof ArrayBuffer) return { bytes: base64(new Uint8Array(value)) };
    if (ArrayBuffer.isView(value)) return { bytes: base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
    if (Array.isArray(value)) return { array: await Promise.all(value.map(plain)) };
    return value;
  };
  const done = (request) => new Promise((done, fail) => Object.assign(request, { onsuccess: () => done(request.result), onerror: () => fail(request.error) }));
  const databases = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    const tables = {};
    for (const table of database.objectStoreNames) {
      const store = database.transaction(table).objectStore(table);
      const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      tables[table] = [];
      for (const [at, key] of keys.entries()) tables[table].push([key, await plain(values[at])]);
    }
    databases[name] = { version: database.version, tables };
    database.close();
  }
  return { databases, settings: localStorage.getItem("sidecite.settings") };
}

/** Puts databases and settings back; what is there under the same names is replaced. */
export async function restore({ databases, settings }) {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const real = (value) => {
    if (value === null || typeof value !== "object") return value;
    if ("bytes" in value) return bytes(value.bytes);
    if ("array" in value) return value.array.map(real);
    if ("name" in value) return new File([bytes(value.blob)], value.name, { type: value.type });
    return new Blob([bytes(value.blob)], { type: value.type });
  };
  const done = (request) => new Promise((done, fail) => Object.assign(request, { onsuccess: () => done(request.result), onerror: () => fail(request.error) }));
  for (const [name, { version, tables }] of Object.entries(databases)) {
    await done(indexedDB.deleteDatabase(name));
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const [table, rows] of Object.entries(tables)) {
        const store = request.result.createObjectStore(table);
        for (const [key, value] of rows) store.put(real(value), key);
      }
    };
    (await done(request)).close();
  }
  if (typeof settings === "string") localStorage.setItem("sidecite.settings", settings);
}

/** Changes rows of a database: [[table, key, value], …]; a value `undefined` deletes, `bytes` may be {bytes: base64}. */
export async function change({ name, rows }) {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const done = (request) => new Promise((done, fail) => Object.assign(request, { onsuccess: () => done(request.result), onerror: () => fail(request.error) }));
  const database = await done(indexedDB.open(name));
  const transaction = database.transaction([...new Set(rows.map(([table]) => table))], "readwrite");
  for (const [table, key, value] of rows) {
    const store = transaction.objectStore(table);
    if (value === undefined || value === null) store.delete(key);
    else store.put(value?.bytes === undefined ? value : bytes(value.bytes), key);
  }
  await new Promise((done, fail) => Object.assign(transaction, { oncomplete: done, onabort: () => fail(transaction.error) }));
  database.close();
}
