import { clear, createStore, del, get, keys, set, type UseStore } from 'idb-keyval';

import { onUserLeaving } from '@/lib/userLeaving';

/** How the names of what was kept while the page was left begin in localStorage. */
const LEFT = 'chat-registry-left ';

let opened: UseStore | undefined;
const closings = new Set<() => void>();

/** What is kept of users in IndexedDB, each under a key that begins with their id. */
function store(): UseStore {
  opened ??= createStore('chat-registry', 'kept');
  return opened;
}

/** A browser may keep nothing at all, or not that much. */
async function attempt<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch {
    return undefined;
  }
}

/** Undefined when there is nothing, or the browser keeps nothing. */
export async function readKept<Value>(key: string): Promise<Value | undefined> {
  const left = localStorage.getItem(LEFT + key);
  // It is the newer one.
  if (left !== null) return JSON.parse(left) as Value;
  return attempt(() => get<Value>(key, store()));
}

/** What cannot be kept is only missing after a reload. */
export async function keep(key: string, value: unknown): Promise<void> {
  await attempt(() => set(key, value, store()));
  localStorage.removeItem(LEFT + key);
}

/** Keeps a value while the page is being left: IndexedDB may write no more. */
export function keepLeaving(key: string, value: unknown): void {
  try {
    localStorage.setItem(LEFT + key, JSON.stringify(value));
  } catch {
    // There is no room for it.
  }
}

export async function dropKept(key: string): Promise<void> {
  localStorage.removeItem(LEFT + key);
  await attempt(() => del(key, store()));
}

export async function listKept(stem: string): Promise<string[]> {
  const all = (await attempt(() => keys<string>(store()))) ?? [];
  return [...new Set([...all, ...listLeft()])].filter((key) => key.startsWith(stem));
}

function listLeft(): string[] {
  return Object.keys(localStorage)
    .filter((name) => name.startsWith(LEFT))
    .map((name) => name.slice(LEFT.length));
}

/** Another user's arrival drops what the one before has left. */
export async function claimKept(userId: string): Promise<void> {
  const all = await listKept('');
  await Promise.all(all.filter((key) => !key.startsWith(`${userId} `)).map(dropKept));
}

/** Calls back when the user leaves; nothing may be kept after that. */
export function onKeptClosed(close: () => void): () => void {
  closings.add(close);
  return () => closings.delete(close);
}

function closeAll(): void {
  for (const close of closings) close();
}

// Another tab may be emptying the store just now.
onUserLeaving(closeAll);

/** Drops what is kept of anybody. */
export async function forgetKept(): Promise<void> {
  closeAll();
  for (const key of listLeft()) localStorage.removeItem(LEFT + key);
  await attempt(() => clear(store()));
}
