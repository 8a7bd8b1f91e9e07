import type { Session } from '@/api/schema';

let count = 0;

/** A session as the server answers with it; each one is a minute older than the one before. */
export function makeSession(overrides: Partial<Session> = {}): Session {
  count += 1;
  const instant = new Date(Date.UTC(2026, 10, 20, 12) - count * 60_000).toISOString();
  return {
    chat_id: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    session_id: `session-${count}`,
    user_id: '11111111-1111-4111-8111-111111111111',
    channel: 'web',
    agent_name: 'assistant',
    is_active: true,
    title: `Session ${count}`,
    title_source: 'user',
    topic: null,
    archived: false,
    pinned: false,
    head_message_id: null,
    message_count: 2,
    last_message_preview: 'The last words',
    schedule_id: null,
    is_folded: false,
    metadata: {},
    version: 1,
    created_at: instant,
    updated_at: instant,
    is_answering: false,
    has_failed_delivery: false,
    receiver: null,
    has_failed_answer: false,
    ...overrides,
  };
}

/** Several of them, newest first. */
export function makeSessions(length: number, overrides: Partial<Session> = {}): Session[] {
  return Array.from({ length }, () => makeSession(overrides));
}
