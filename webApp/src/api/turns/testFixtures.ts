import type { Message, Session } from '@/api/schema';
import type { TurnEvent } from '@/api/turns/turnEvents';

const INSTANT = '2026-11-20T09:36:00Z';
const USER_ID = '5e0c1a7e-6f0e-4f5c-9f55-0a1d1c6f7a10';

/** A stored message of the session `s1`; an answer when its id is even. */
export function makeMessage(id: number, more: Partial<Message> = {}): Message {
  return {
    id,
    session_id: 's1',
    user_id: USER_ID,
    parent_id: id > 1 ? id - 1 : null,
    role: id % 2 === 0 ? 'assistant' : 'user',
    content: `Message ${id}`,
    item: null,
    status: 'complete',
    channel: 'web',
    model_id: null,
    provider_id: null,
    fallback_notice: null,
    failure_reason: null,
    topic: null,
    client_request_id: null,
    created_at: INSTANT,
    updated_at: INSTANT,
    attachments: [],
    branch: { index: 1, count: 1, sibling_ids: [id] },
    delivery: null,
    ...more,
  };
}

export function makeSession(more: Partial<Session> = {}): Session {
  return {
    chat_id: '0b0e6d52-9f44-4f0c-8e57-3f1f0f6f8f11',
    session_id: 's1',
    user_id: USER_ID,
    channel: 'web',
    agent_name: 'assistant',
    is_active: true,
    title: 'Letter to the landlord',
    title_source: 'generated',
    topic: null,
    archived: false,
    pinned: false,
    head_message_id: 2,
    message_count: 2,
    last_message_preview: 'Message 2',
    schedule_id: null,
    is_folded: false,
    metadata: {},
    version: 1,
    created_at: INSTANT,
    updated_at: INSTANT,
    is_answering: false,
    has_failed_delivery: false,
    has_failed_answer: false,
    receiver: null,
    ...more,
  };
}

/** The events of a turn whose answer is message 2 of `s1`, its text cut into `texts`. */
export function turnEvents(texts: string[], clientRequestId: string | null = null): TurnEvent[] {
  const answer = makeMessage(2, { content: '', status: 'streaming' });
  const question = makeMessage(1, { content: 'Hello', client_request_id: clientRequestId });
  let offset = 0;
  const deltas = texts.map((text): TurnEvent => {
    const delta = { type: 'message.delta', message_id: 2, offset, text } as const;
    offset += text.length;
    return delta;
  });
  const message = makeMessage(2, { content: texts.join('') });
  return [
    { type: 'turn.started', user_message: question, assistant_message: answer },
    ...deltas,
    { type: 'turn.finished', message, session: makeSession() },
  ];
}

/** Server-sent events as they go over the wire. */
export function encodeEvents(events: readonly TurnEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/** A stream of these pieces; it ends after them, or stays open. */
export function streamOf(
  pieces: readonly (string | Uint8Array)[],
  { isOpen = false } = {},
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) {
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      }
      if (!isOpen) controller.close();
    },
  });
}
