import type { Page } from '@playwright/test';
import postgres from 'postgres';

import type { Account } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import type { Stack } from '#e2e/harness/stack.ts';

export interface StoredMessage {
  role: 'user' | 'assistant';
  content: string;
  channel?: 'web' | 'telegram';
  status?: 'streaming' | 'complete' | 'interrupted' | 'failed' | 'cancelled';
  lease_token?: string;
  lease_expires_at?: Date;
  failure_reason?: string;
  fallback_notice?: string;
  model_id?: string;
  usage?: { input_tokens: number; output_tokens: number; requests: number };
  /** One that runs is stored as failed, and marked. */
  tool_steps?: {
    name: string;
    label: string;
    status: 'done' | 'failed';
    offset?: number;
    is_running?: boolean;
  }[];
}

interface StoredSession {
  title: string;
  messages: StoredMessage[];
  channel?: 'web' | 'telegram';
}

/** Makes a session with these messages and returns its path. Hundreds of them take a moment. */
export async function seedMessages(
  stack: Stack,
  account: Account,
  { title, messages, channel = 'web' }: StoredSession,
): Promise<string> {
  const [sessionId = ''] = await seedSessions(stack, account, [{ channel, title }]);
  const sql = postgres(stack.db_url, { max: 1 });
  await sql.begin(async (transaction) => {
    for (const message of messages) {
      const row = { session_id: sessionId, user_id: account.id, channel: 'web', ...message };
      await transaction`insert into chat_message_history ${transaction(row)}`;
    }
  });
  await sql.end();
  return `/sessions/${encodeURIComponent(sessionId)}`;
}

/** Changes the answer of a session as the server process that writes it does. */
export async function writeAnswer(
  stack: Stack,
  path: string,
  answer: Partial<StoredMessage>,
): Promise<void> {
  const sessionId = decodeURIComponent(path.slice('/sessions/'.length));
  const sql = postgres(stack.db_url, { max: 1 });
  await sql`
    update chat_message_history set ${sql({ ...answer })}
    where session_id = ${sessionId} and role = 'assistant'`;
  await sql.end();
}

/** Questions and answers of very different lengths, numbered from 1. */
export function manyMessages(count: number): StoredMessage[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `Message ${index + 1}.`;
    if (index % 2 === 0) return { role: 'user', content: name };
    const more = 'Here is a line of text that says a little more about it. '.repeat(
      1 + (index % 9),
    );
    const code = index % 5 === 0 ? '\n\n```py\nfor night in nights:\n    print(night)\n```' : '';
    return { role: 'assistant', content: `${name} ${more}${code}` };
  });
}

export function composerOf(page: Page) {
  return page.getByRole('textbox', { name: 'Message' });
}

export function messagesOf(page: Page) {
  return page.getByRole('log', { name: 'Messages' });
}

export function lastAnswer(page: Page) {
  return messagesOf(page).getByRole('article', { name: 'Answer' }).last();
}

/** Writes and sends. The demo model counts as far as it is asked to, a number at a time. */
export async function send(page: Page, text: string): Promise<void> {
  await composerOf(page).fill(text);
  await composerOf(page).press('Enter');
}
