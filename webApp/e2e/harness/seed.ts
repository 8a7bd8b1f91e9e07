import { setTimeout } from 'node:timers/promises';

import postgres from 'postgres';

import type { Account } from '#e2e/harness/accounts.ts';
import type { Stack } from '#e2e/harness/stack.ts';

export interface SeedSession {
  channel: 'web' | 'telegram' | 'scheduled';
  title: string;
  /** Its first words, so that another may be made. */
  isTitleGenerated?: boolean;
  /** Last activity; now when left out. */
  updatedAt?: Date;
  pinned?: boolean;
  messages?: { role: 'user' | 'assistant'; content: string }[];
}

const LOCK_NOT_AVAILABLE = '55P03';
const PAUSE_MS = 20;

/** Writes sessions with the secret key, as the other channels do; returns their ids in order. */
export async function seedSessions(
  stack: Stack,
  account: Account,
  sessions: SeedSession[],
): Promise<string[]> {
  const rows = sessions.map((session) => toRow(account, session));
  await insert(stack, 'chat_sessions', rows);
  for (const [index, session] of sessions.entries()) {
    const row = rows[index];
    if (!row || !session.messages?.length) continue;
    await insertMessages(stack, row, session);
  }
  if (sessions.some((session) => session.messages && session.updatedAt)) {
    await backdate(stack, rows);
  }
  return rows.map((row) => row.session_id);
}

type SessionRow = ReturnType<typeof toRow>;

function toRow(account: Account, session: SeedSession) {
  const id = crypto.randomUUID();
  const prefixes = { web: 'web', telegram: 'telegram:42', scheduled: 'scheduled' };
  const instant = (session.updatedAt ?? new Date()).toISOString();
  return {
    user_id: account.id,
    session_id: `${prefixes[session.channel]}:${id}`,
    channel: session.channel,
    title: session.title,
    title_source: session.isTitleGenerated ? 'generated' : 'user',
    pinned: session.pinned ?? false,
    created_at: instant,
    updated_at: instant,
  };
}

async function insertMessages(stack: Stack, row: SessionRow, session: SeedSession) {
  for (const { role, content } of session.messages ?? []) {
    await insert(stack, 'chat_message_history', [
      { session_id: row.session_id, user_id: row.user_id, role, content, channel: row.channel },
    ]);
  }
}

/** Runs statements as the tables' owner, who can set what triggers would have set otherwise. */
export async function pastTriggers(
  stack: Stack,
  write: (transaction: postgres.TransactionSql) => Promise<void>,
): Promise<void> {
  const sql = postgres(stack.db_url, { max: 1 });
  try {
    await sql.begin(async (transaction) => {
      // The server writes to both meanwhile: who waited here could have a call of its ended.
      await transaction`
        lock table chat_sessions, chat_message_history in share row exclusive mode nowait`;
      await transaction`alter table chat_sessions disable trigger user`;
      await transaction`alter table chat_message_history disable trigger user`;
      await write(transaction);
      await transaction`alter table chat_message_history enable trigger user`;
      await transaction`alter table chat_sessions enable trigger user`;
    });
  } catch (error) {
    if (!(error instanceof postgres.PostgresError && error.code === LOCK_NOT_AVAILABLE))
      throw error;
    await setTimeout(PAUSE_MS);
    await pastTriggers(stack, write);
  } finally {
    await sql.end();
  }
}

/** A new message is activity, and the tables' triggers set it to now: past them as their owner. */
async function backdate(stack: Stack, rows: SessionRow[]): Promise<void> {
  await pastTriggers(stack, async (transaction) => {
    for (const { session_id: id, updated_at: instant } of rows) {
      await transaction`update chat_sessions set updated_at = ${instant} where session_id = ${id}`;
      await transaction`
        update chat_message_history set created_at = ${instant} where session_id = ${id}`;
    }
  });
}

async function insert(stack: Stack, table: string, rows: object[]): Promise<void> {
  const response = await fetch(`${stack.supabase_url}/rest/v1/${table}`, {
    method: 'POST',
    headers: { apikey: stack.secret_key, 'Content-Type': 'application/json' },
    body: JSON.stringify(rows),
  });
  if (!response.ok) throw new Error(`${table}: ${response.status} ${await response.text()}`);
}
