import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { queryKeys } from '@/api/queryKeys';
import type { Message } from '@/api/schema';
import { makeMessage } from '@/api/turns/testFixtures';
import { MessageFoot } from '@/features/session/messages/MessageFoot';
import { formatClock } from '@/lib/time';
import { CONFIG } from '@/testing/auth';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';

const AT = '2026-11-20T09:22:00Z';
const CLOCK = formatClock(new Date(AT));
const DELIVERED: Message['delivery'] = {
  channel: 'telegram',
  status: 'delivered',
  reason: null,
  delivered_at: AT,
};
const WAITING: Message['delivery'] = { ...DELIVERED, status: 'waiting', delivered_at: null };
const FAILED: Message['delivery'] = {
  ...WAITING,
  status: 'failed',
  reason: 'The bot is blocked in Telegram.',
};

function renderFoot(more: Partial<Message>, model: string | null = null) {
  return renderWithQueries(<MessageFoot message={makeMessage(2, more)} model={model} />);
}

beforeEach(() => void startAuthClient(CONFIG));

describe('MessageFoot', () => {
  test.each([
    ['an answer to Telegram', 'telegram', null, `via Telegram · delivered ${CLOCK}`],
    ['a message of the web', 'web', null, `Also in Telegram · delivered ${CLOCK}`],
    ['a named model', 'web', 'Demo model', `Demo model · also in Telegram · delivered ${CLOCK}`],
  ] as const)('tells when %s was delivered', (_, channel, model, words) => {
    const { container } = renderFoot({ channel, delivery: DELIVERED }, model);
    expect(container).toHaveTextContent(words);
  });

  test('tells the origin of a message that is sent nowhere', () => {
    const { container } = renderFoot({ channel: 'telegram', created_at: AT, delivery: null });
    expect(container).toHaveTextContent(`via Telegram · ${CLOCK}`);
  });

  test('tells what an answer cost, where it was counted', () => {
    const usage = { input_tokens: 1200, output_tokens: 34, requests: 2 };
    const { container } = renderFoot({ created_at: AT, usage });
    expect(container).toHaveTextContent(`${CLOCK} · 1,234 tokens`);
    expect(screen.getByTitle('1,200 read, 34 written, in 2 requests')).toBeVisible();
  });

  test('tells what waits', () => {
    const { container } = renderFoot({ delivery: WAITING });
    expect(container).toHaveTextContent('Waiting to be delivered');
  });

  test('tells why it was not delivered, and sends it again', async () => {
    const failed = makeMessage(2, { delivery: FAILED });
    server.use(
      http.post('*/api/chat/sessions/s1/messages/2/redeliver', () =>
        HttpResponse.json({ ...failed, delivery: WAITING }),
      ),
    );
    const { container, queryClient } = renderFoot(failed);
    queryClient.setQueryData(queryKeys.messages('s1'), {
      messages: [failed],
      has_more: false,
      next_before_id: null,
    });
    expect(container).toHaveTextContent(
      'Not delivered to Telegram. The bot is blocked in Telegram.',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await expect
      .poll(() => queryClient.getQueryData(queryKeys.messages('s1')))
      .toMatchObject({ messages: [{ id: 2, delivery: { status: 'waiting' } }] });
  });

  test('says when it could not be sent again', async () => {
    server.use(
      http.post('*/api/chat/sessions/s1/messages/2/redeliver', () => HttpResponse.error()),
    );
    renderFoot({ delivery: FAILED });
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/Could not reach the server\./)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Try again' })).toBeEnabled();
  });
});
