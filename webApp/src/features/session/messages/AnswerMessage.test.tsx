import { expect, test } from 'vitest';

import { PublicConfigContext } from '@/api/publicConfig';
import type { Message } from '@/api/schema';
import { makeMessage } from '@/api/turns/testFixtures';
import { AnswerMessage } from '@/features/session/messages/AnswerMessage';
import { formatClock } from '@/lib/time';
import { CONFIG } from '@/testing/auth';
import { renderWithQueries } from '@/testing/renderWithQueries';

const AT = '2026-11-20T09:22:00Z';
const USAGE = { input_tokens: 1200, output_tokens: 34, requests: 1 };

function renderAnswer(more: Partial<Message>) {
  const message = makeMessage(2, { role: 'assistant', updated_at: AT, ...more });
  return renderWithQueries(
    <PublicConfigContext value={CONFIG}>
      <AnswerMessage message={message} isInLine={false} isLast />
    </PublicConfigContext>,
  );
}

test('an answer that was stopped tells what it cost, and who began it', () => {
  const { container } = renderAnswer({
    status: 'cancelled',
    content: 'Half of it',
    usage: USAGE,
    fallback_notice: 'busy did not answer, so small did.',
  });
  expect(container).toHaveTextContent('busy did not answer, so small did.');
  expect(container).toHaveTextContent(
    `Stopped at ${formatClock(new Date(AT))}. 1,234 tokens.Continue`,
  );
});

test('an answer that failed before it was counted tells why and no number', () => {
  const { container } = renderAnswer({
    status: 'failed',
    content: '',
    failure_reason: 'The provider does not know this model.',
  });
  expect(container).toHaveTextContent('The provider does not know this model.Try again');
});
