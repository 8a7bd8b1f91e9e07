import type { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';

import { joinFeed, leadsFeed } from '@/api/feedLeader';
import { queryKeys } from '@/api/queryKeys';
import { PATIENCE_MS } from '@/testing/patience';
import { makeTestQueryClient } from '@/testing/renderWithQueries';

const FEED = queryKeys.sessionFeed();

/** The browser's locks, as far as one name is concerned. */
function standInLocks() {
  let held = Promise.resolve();
  const request = (
    _name: string,
    { signal }: { signal: AbortSignal },
    lead: () => Promise<void>,
  ) => {
    held = held.then(() => (signal.aborted ? undefined : lead()));
    return held;
  };
  vi.stubGlobal('navigator', { locks: { request } });
}

function standInChannels() {
  const open = new Set<{ name: string; onmessage?: (event: { data: unknown }) => void }>();
  class Channel {
    onmessage?: (event: { data: unknown }) => void;
    readonly name: string;
    constructor(name: string) {
      this.name = name;
      open.add(this);
    }
    postMessage(data: unknown) {
      for (const other of open) {
        if (other !== this && other.name === this.name) other.onmessage?.({ data });
      }
    }
    close() {
      open.delete(this);
    }
  }
  vi.stubGlobal('BroadcastChannel', Channel);
}

beforeEach(() => {
  standInLocks();
  standInChannels();
});

/** A tab whose readings of the feed are counted. */
function openTab(cursor: string): { tab: QueryClient; readings: () => number } {
  const tab = makeTestQueryClient();
  let count = 0;
  tab.setQueryDefaults(FEED, {
    queryFn: () => {
      count += 1;
      return cursor;
    },
  });
  tab.setQueryData(FEED, cursor);
  return { tab, readings: () => count };
}

test('one tab leads, and the next one when it is closed', async () => {
  const [first, second] = [openTab('c1').tab, openTab('c1').tab];
  const leaveFirst = joinFeed(first, 'ada');
  const leaveSecond = joinFeed(second, 'ada');
  await vi.waitFor(() => expect(leadsFeed(first)).toBe(true), PATIENCE_MS);
  expect(leadsFeed(second)).toBe(false);
  leaveFirst();
  await vi.waitFor(() => expect(leadsFeed(second)).toBe(true), PATIENCE_MS);
  expect(leadsFeed(first)).toBe(false);
  leaveSecond();
});

test('a hidden tab gives the lead up', async () => {
  const { tab } = openTab('c1');
  const leave = joinFeed(tab, 'ada');
  await vi.waitFor(() => expect(leadsFeed(tab)).toBe(true), PATIENCE_MS);
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(leadsFeed(tab)).toBe(false);
  visibility.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.waitFor(() => expect(leadsFeed(tab)).toBe(true), PATIENCE_MS);
  leave();
});

test('news of the leader has the other tabs read from their own cursor, once', async () => {
  const [leader, follower] = [openTab('c1'), openTab('c1')];
  const leaves = [joinFeed(leader.tab, 'ada'), joinFeed(follower.tab, 'ada')];
  await vi.waitFor(() => expect(leadsFeed(leader.tab)).toBe(true), PATIENCE_MS);
  const before = follower.readings();
  leader.tab.setQueryData(FEED, 'c2');
  await vi.waitFor(() => expect(follower.readings()).toBe(before + 1), PATIENCE_MS);
  leader.tab.setQueryData(FEED, 'c2');
  expect(follower.readings()).toBe(before + 1);
  for (const leave of leaves) leave();
});
