import type { QueryClient } from '@tanstack/react-query';

import { queryKeys } from '@/api/queryKeys';

const leading = new WeakSet<QueryClient>();

/** True while this tab is the one that asks the server for changes. */
export function leadsFeed(queryClient: QueryClient): boolean {
  return leading.has(queryClient);
}

/**
 * Lets one of a user's visible tabs ask the server for changes, and tell the others when there are
 * some. Each tab reads them by a cursor of its own, so nothing depends on what was told.
 *
 * @returns What ends it.
 */
export function joinFeed(queryClient: QueryClient, userId: string): () => void {
  const name = `chat-registry feed of ${userId}`;
  const channel = new BroadcastChannel(name);
  const queryKey = queryKeys.sessionFeed();
  const read = () => queryClient.getQueryData<string>(queryKey);
  const refresh = () => void queryClient.refetchQueries({ queryKey });
  channel.onmessage = ({ data }) => {
    if (data !== read()) refresh();
  };
  let told = read();
  const unsubscribe = queryClient.getQueryCache().subscribe(({ type }) => {
    const cursor = type === 'updated' ? read() : told;
    if (cursor === told) return;
    told = cursor;
    if (leadsFeed(queryClient)) channel.postMessage(cursor);
  });
  const left = new AbortController();
  const endTerm = leadWhileVisible(
    name,
    {
      onBegin: () => {
        leading.add(queryClient);
        refresh();
      },
      onEnd: () => leading.delete(queryClient),
    },
    left.signal,
  );
  return () => {
    left.abort();
    endTerm();
    unsubscribe();
    channel.close();
  };
}

interface Term {
  onBegin: () => void;
  onEnd: () => void;
}

/** Stands for the lead whenever the page is seen, and gives it up when it is hidden. */
function leadWhileVisible(name: string, term: Term, signal: AbortSignal): () => void {
  let giveUp: (() => void) | undefined;
  const stand = () => {
    giveUp?.();
    giveUp = document.visibilityState === 'visible' ? takeLead(name, term) : undefined;
  };
  document.addEventListener('visibilitychange', stand, { signal });
  stand();
  return () => giveUp?.();
}

/** Leads as soon as no other tab does. */
function takeLead(name: string, { onBegin, onEnd }: Term): () => void {
  const given = new AbortController();
  const { signal } = given;
  const lead = () =>
    new Promise<void>((resolve) => {
      onBegin();
      signal.addEventListener('abort', () => {
        onEnd();
        resolve();
      });
    });
  // Browsers keep locks from pages without TLS; there every tab asks for itself.
  if ('locks' in navigator) {
    navigator.locks.request(name, { signal }, lead).catch(() => undefined);
  } else {
    void lead();
  }
  return () => given.abort();
}
