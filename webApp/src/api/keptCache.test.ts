import { dehydrate } from '@tanstack/react-query';
import { expect, test } from 'vitest';

import { age, keptCacheOptions, trim } from '@/api/keptCache';
import { queryKeys } from '@/api/queryKeys';
import { makeTestQueryClient } from '@/testing/renderWithQueries';
import { makeSession, makeSessions } from '@/testing/sessions';

test('the first pages of a list and the sessions opened last are kept, and no search', () => {
  const queryClient = makeTestQueryClient();
  const { dehydrateOptions } = keptCacheOptions(queryClient, 'ada');
  const pages = Array.from({ length: 6 }, () => ({ sessions: makeSessions(2), next_cursor: 'c' }));
  const pageParams = [null, 'c', 'c', 'c', 'c', 'c'];
  queryClient.setQueryData(queryKeys.sessionList(null), { pages, pageParams });
  queryClient.setQueryData(queryKeys.sessionSearch({ q: 'secret' }), { pages, pageParams });
  for (let age = 0; age < 105; age += 1) {
    const updatedAt = Date.now() - age;
    queryClient.setQueryData(queryKeys.session(`s${age}`), makeSession(), { updatedAt });
    queryClient.setQueryData(queryKeys.messages(`s${age}`), { messages: [] }, { updatedAt });
  }
  const kept = trim(dehydrate(queryClient, dehydrateOptions).queries);
  const [list, ...others] = kept;
  expect(list?.state.data).toEqual({
    pages: pages.slice(0, 4),
    pageParams: pageParams.slice(0, 4),
  });
  expect(others).toHaveLength(200);
  expect(others.at(-1)?.queryKey).toContain('s99');
});

test('kept messages are read again however new they are', () => {
  const queryClient = makeTestQueryClient();
  const { dehydrateOptions } = keptCacheOptions(queryClient, 'ada');
  queryClient.setQueryData(queryKeys.messages('s1'), { messages: [] });
  queryClient.setQueryData(queryKeys.newestMessages('s1'), null);
  const clientState = dehydrate(queryClient, dehydrateOptions);
  const [messages, ...others] = age({ timestamp: 0, buster: '', clientState });
  expect(messages?.state).toMatchObject({ data: { messages: [] }, dataUpdatedAt: 1 });
  expect(others).toEqual([]);
});
