// What a phone keeps of a site visit until the office has it: texts and photos, in IndexedDB, by owner and task.
// Nothing stays: what was sent is removed, and signing out (or another person's signing in) removes everything.

const NAME = 'one-window-visit';
const STORES = ['texts', 'photos'];
/** Whether there may be anything at all, so that other pages need not open a database to find nothing. */
const FLAG = 'ow-visit-kept';

function opened() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const store of STORES) asked.result.createObjectStore(store, { keyPath: 'id' });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function within(store, mode, act) {
  const database = await opened();
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(store, mode);
      const asked = act(transaction.objectStore(store));
      transaction.oncomplete = () => done(asked?.result);
      transaction.onabort = () => fail(transaction.error);
      transaction.onerror = () => fail(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const mark = () => localStorage.setItem(FLAG, '1');

/** Everything was forgotten: what this page would still keep while it is left is not kept. */
let closed = false;

export async function put(store, row) {
  if (closed) return undefined;
  mark();
  return within(store, 'readwrite', (rows) => rows.put(row));
}
export const remove = (store, id) => within(store, 'readwrite', (rows) => rows.delete(id));
export const one = (store, id) => within(store, 'readonly', (rows) => rows.get(id));
export const all = (store) => within(store, 'readonly', (rows) => rows.getAll());

/** Whether anything (a text, a photo, a page) was ever kept here that has not been forgotten since. */
export const mayHold = () => localStorage.getItem(FLAG) !== null;

/** Removes everything that this browser kept. */
export async function forgetAll() {
  closed = true;
  for (const store of STORES) await within(store, 'readwrite', (rows) => rows.clear());
  localStorage.removeItem(FLAG);
}

/** Removes what somebody else left here. */
export async function forgetOthers(owner) {
  for (const store of STORES) {
    for (const row of await all(store)) if (row.owner !== owner) await remove(store, row.id);
  }
}

/** How many texts and photos wait to be sent. */
export async function waiting() {
  if (!mayHold()) return 0;
  return (await all('texts')).length + (await all('photos')).length;
}
