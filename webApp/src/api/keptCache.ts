import type { Query, QueryClient } from '@tanstack/react-query';
import type { PersistedClient, Persister } from '@tanstack/react-query-persist-client';

import { dropKept, keep, onKeptClosed, readKept } from '@/api/keptStore';
import { queryKeys } from '@/api/queryKeys';
import type { SessionList } from '@/api/sessionListCache';

/** How long what was read can be read again without the server. */
const KEPT_MS = 14 * 24 * 60 * 60 * 1000;
const SAVE_MS = 1_000;
/** A list is kept to 200 sessions; the rest is read when somebody scrolls there. */
const KEPT_PAGES = 4;
const KEPT_SESSIONS = 100;

const OPENED = [...queryKeys.all, 'session'] as const;
const KEPT = [
  queryKeys.sessionFeed(),
  queryKeys.sessionLists(),
  queryKeys.pinnedSessions(),
  queryKeys.sessionCounts(),
  queryKeys.schedules(),
  queryKeys.agents(),
  queryKeys.telegramLinks(),
  OPENED,
];
type Dehydrated = PersistedClient['clientState']['queries'][number];

/** How a cache is kept over a reload and read without the server; changes are kept apart. */
export function keptCacheOptions(queryClient: QueryClient, userId: string) {
  for (const queryKey of KEPT) queryClient.setQueryDefaults(queryKey, { gcTime: KEPT_MS });
  return {
    persister: makePersister(`${userId} cache`),
    maxAge: KEPT_MS,
    // The name of this file changes with every build that changes what it imports.
    buster: import.meta.url,
    dehydrateOptions: {
      shouldDehydrateMutation: () => false,
      shouldDehydrateQuery: ({ queryKey, state }: Query) =>
        state.status === 'success' &&
        KEPT.some((stem) => isBelow(stem, queryKey)) &&
        !isOfSession('newest', queryKey),
    },
  };
}

/** Writes at most once a second, only what is new, and at once when the page is left. */
function makePersister(key: string): Persister {
  let latest: PersistedClient | undefined;
  let saved: unknown[] = [];
  let timer: number | undefined;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!latest) return;
    const { queries } = latest.clientState;
    const data = queries.flatMap(({ queryHash, state }) => [queryHash, state.data]);
    const isSame = data.length === saved.length && data.every((value, at) => value === saved[at]);
    if (!isSame)
      void keep(key, { ...latest, clientState: { mutations: [], queries: trim(queries) } });
    saved = data;
    latest = undefined;
  };
  let isClosed = false;
  onKeptClosed(() => {
    isClosed = true;
    clearTimeout(timer);
  });
  window.addEventListener('pagehide', () => {
    if (!isClosed) save();
  });
  return {
    persistClient: (client) => {
      latest = client;
      if (!isClosed) timer ??= window.setTimeout(save, SAVE_MS);
    },
    restoreClient: async () => {
      const client = await readKept<PersistedClient>(key);
      return client && { ...client, clientState: { ...client.clientState, queries: age(client) } };
    },
    removeClient: () => dropKept(key),
  };
}

/** The first pages of lists, and the sessions that were opened last. */
export function trim(queries: Dehydrated[]): Dehydrated[] {
  const opened = queries
    .filter(({ queryKey }) => isBelow(OPENED, queryKey))
    .toSorted((one, other) => other.state.dataUpdatedAt - one.state.dataUpdatedAt);
  const sessionIds = [...new Set(opened.map(({ queryKey }) => queryKey[OPENED.length]))];
  const kept = new Set(sessionIds.slice(0, KEPT_SESSIONS));
  return queries
    .filter(({ queryKey }) => !isBelow(OPENED, queryKey) || kept.has(queryKey[OPENED.length]))
    .map((query) =>
      isBelow(queryKeys.sessionLists(), query.queryKey) ? firstPages(query) : query,
    );
}

/** However lately a session's messages were read, they are read again before they are relied on. */
export function age({ clientState: { queries } }: PersistedClient): Dehydrated[] {
  return queries.map((query) =>
    isOfSession('messages', query.queryKey)
      ? { ...query, state: { ...query.state, dataUpdatedAt: 1 } }
      : query,
  );
}

/** The same for a session that was open before its kept messages were there. */
export async function readAnew(queryClient: QueryClient): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey }) => isOfSession('newest', queryKey),
    refetchType: 'none',
  });
}

function firstPages(query: Dehydrated): Dehydrated {
  const { pages, pageParams } = query.state.data as SessionList;
  const data = {
    pages: pages.slice(0, KEPT_PAGES),
    pageParams: pageParams.slice(0, KEPT_PAGES),
  };
  return { ...query, state: { ...query.state, data } };
}

function isOfSession(part: string, queryKey: readonly unknown[]): boolean {
  return isBelow(OPENED, queryKey) && queryKey[OPENED.length + 1] === part;
}

function isBelow(stem: readonly unknown[], queryKey: readonly unknown[]): boolean {
  return stem.every((part, index) => queryKey[index] === part);
}
