import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import type { MessagePage } from '@/api/schema';
import { NO_MESSAGES } from '@/api/turns/messageList';
import { makeMessage, makeSession } from '@/api/turns/testFixtures';
import { newestMessagesOptions, placeEndedAnswer, refreshNewest } from '@/api/turns/turnCache';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
}));

test('news that was being read when an answer ended is read again', async () => {
  const own = makeMessage(2, { content: 'Mine' });
  const theirs = makeMessage(3, { content: 'Theirs' });
  const begun = Promise.withResolvers<null>();
  const never = new Promise<never>(() => undefined);
  server.use(
    http.get(
      '*/api/chat/sessions/s1',
      () => {
        begun.resolve(null);
        return never;
      },
      { once: true },
    ),
    http.get('*/api/chat/sessions/s1', () =>
      HttpResponse.json({
        ...makeSession(),
        messages: [own, theirs],
        has_more: false,
        next_before_id: null,
      }),
    ),
  );
  const queryClient = new QueryClient();
  const key = queryKeys.messages('s1');
  queryClient.setQueryData(key, { ...NO_MESSAGES, messages: [own] });
  const observer = new QueryObserver(queryClient, newestMessagesOptions(queryClient, 's1'));
  const unsubscribe = observer.subscribe(() => undefined);

  void refreshNewest(queryClient, 's1');
  await begun.promise;
  placeEndedAnswer(queryClient, own, null);

  const shown = () =>
    queryClient.getQueryData<MessagePage>(key)?.messages.map(({ content }) => content);
  await expect.poll(shown).toEqual(['Mine', 'Theirs']);
  unsubscribe();
});
