import postgres from 'postgres';

import type { Account } from '#e2e/harness/accounts.ts';
import type { Stack } from '#e2e/harness/stack.ts';
import { seedMessages, type StoredMessage } from '#e2e/sessionSeeds.ts';

const BLOCKED = 'The bot is blocked in Telegram.';
const TRANSCRIPT: StoredMessage[] = [
  { role: 'user', channel: 'telegram', content: 'Which nights went below 4 °C?' },
  {
    role: 'assistant',
    channel: 'telegram',
    content: 'Three nights: the 14th, the 17th and the 18th. The **18th** was the longest.',
  },
  { role: 'user', content: 'Did the heater start on the 18th?' },
  { role: 'assistant', content: 'No. It was switched off at the plug since the afternoon before.' },
  { role: 'user', content: 'Write to me tomorrow evening whether it drops again.' },
  { role: 'assistant', content: 'I will look at six and tell you.' },
];
/** Message by message; what came in by Telegram goes nowhere. */
const DELIVERIES = [null, 'sent', 'sent', 'sent', 'failed', 'pending'] as const;

/** A session that a linked chat has begun and the web goes on with; returns its path. */
export async function seedDeliveries(
  stack: Stack,
  account: Account,
  status: 'active' | 'blocked',
): Promise<string> {
  const title = 'Greenhouse frost nights';
  const path = await seedMessages(stack, account, {
    title,
    messages: TRANSCRIPT,
    channel: 'telegram',
  });
  const sessionId = decodeURIComponent(path.replace('/sessions/', ''));
  const sql = postgres(stack.db_url, { max: 1 });
  // The chat's number is the one in the names of seeded sessions.
  const [link] = await sql`
    insert into channel_links (user_id, channel, external_user_id, external_chat_id, status)
    values (${account.id}, 'telegram', ${account.id}, '42', ${status})
    returning id`;
  const messages = await sql`
    select id from chat_message_history where session_id = ${sessionId} order by id`;
  for (const [index, delivery] of DELIVERIES.entries()) {
    if (delivery === null) continue;
    const row = {
      user_id: account.id,
      session_id: sessionId,
      message_id: Number(messages[index]?.id),
      link_id: String(link?.id),
      channel: 'telegram',
      status: delivery,
      error: delivery === 'failed' ? BLOCKED : null,
      ended_at: delivery === 'sent' ? new Date() : null,
    };
    await sql`insert into channel_outbox ${sql(row)}`;
  }
  await sql.end();
  return path;
}
