import { dehydrate, type DehydratedState, hydrate, type QueryClient } from '@tanstack/react-query';

import { dropKept, keep, keepLeaving, listKept, onKeptClosed, readKept } from '@/api/keptStore';
import { mutationKeys } from '@/api/queryKeys';
import { newId } from '@/lib/newId';

type Changes = DehydratedState['mutations'];

/** Under what each cache's tab keeps its changes, and how the names of its user's other tabs begin. */
const names = new WeakMap<QueryClient, { own: string; stem: string }>();

/**
 * Keeps the changes that the server has not answered, each tab its own, and goes on with those of
 * tabs that were closed. A tab holds a lock for as long as it is open, so that no other one takes
 * over what it is still about to send.
 *
 * @returns What ends it.
 */
export function keepChanges(queryClient: QueryClient, userId: string): () => void {
  const stem = `${userId} changes of tab `;
  const own = `${stem}${newId()}`;
  names.set(queryClient, { own, stem });
  const left = new AbortController();
  const { signal } = left;
  let saving = Promise.resolve();
  let isSaveDue = false;
  const save = () => {
    // Many changes at once are written once: each writing holds all of them.
    if (signal.aborted || isSaveDue) return;
    isSaveDue = true;
    saving = saving.then(async () => {
      isSaveDue = false;
      const changes = readChanges(queryClient);
      await (changes.length > 0 ? keep(own, changes) : dropKept(own));
    });
  };
  const unsubscribe = queryClient.getMutationCache().subscribe(({ type }) => {
    if (type === 'added' || type === 'removed' || type === 'updated') save();
  });
  const saveLeaving = () => {
    // What was being deleted is deleted now, and is more than the page can still send.
    const changes = readChanges(queryClient);
    if (!signal.aborted && changes.length > 0) keepLeaving(own, changes);
  };
  window.addEventListener('pagehide', saveLeaving);
  const takeOver = async () => {
    for (const key of await listKept(stem)) {
      if (signal.aborted) return;
      if (key !== own) await whenFree(key, async () => adopt(queryClient, key, () => saving));
    }
    await queryClient.resumePausedMutations();
  };
  holdLock(own, signal, () => void takeOver());
  const stopWatching = onKeptClosed(() => left.abort());
  return () => {
    left.abort();
    window.removeEventListener('pagehide', saveLeaving);
    unsubscribe();
    stopWatching();
  };
}

/** How many changes wait in other tabs of the user. */
export async function countChangesElsewhere(queryClient: QueryClient): Promise<number> {
  const { own, stem } = names.get(queryClient) ?? {};
  if (stem === undefined) return 0;
  const others = (await listKept(stem)).filter((key) => key !== own);
  const kept = await Promise.all(others.map((key) => readKept<Changes>(key)));
  return kept.reduce((count, changes = []) => count + changes.length, 0);
}

/** All of them are paused for whoever reads them: the tab that was sending one is gone by then. */
function readChanges(queryClient: QueryClient): Changes {
  const { mutations } = dehydrate(queryClient, {
    shouldDehydrateQuery: () => false,
    shouldDehydrateMutation: ({ state, options }) =>
      state.status === 'pending' && options.mutationKey?.[1] === mutationKeys.all[1],
  });
  return mutations.map((mutation) => ({
    ...mutation,
    state: { ...mutation.state, isPaused: true },
  }));
}

/** Its record goes when this tab has kept the changes as its own. */
async function adopt(
  queryClient: QueryClient,
  key: string,
  whenSaved: () => Promise<void>,
): Promise<void> {
  const mutations = await readKept<Changes>(key);
  if (mutations) hydrate(queryClient, { mutations, queries: [] });
  await whenSaved();
  await dropKept(key);
}

/** Runs at once where browsers keep locks from the page: it has no TLS. */
function holdLock(name: string, signal: AbortSignal, run: () => void): void {
  if (!('locks' in navigator)) {
    run();
    return;
  }
  const hold = () =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      run();
    });
  navigator.locks.request(name, { signal }, hold).catch(() => undefined);
}

/** Runs unless the tab of that name is open. */
async function whenFree(name: string, run: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return run();
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await run();
  });
}
