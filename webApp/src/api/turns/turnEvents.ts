import { createParser } from 'eventsource-parser';

import type { components } from '@/api/schema.gen';

type Schemas = components['schemas'];

export type TurnStarted = Schemas['TurnStarted'];
export type TurnQueued = Schemas['TurnQueued'];
export type MessageDelta = Schemas['MessageDelta'];
export type ToolStepped = Schemas['ToolStepped'];
export type TurnFinished = Schemas['TurnFinished'];
export type TurnEvent = TurnStarted | TurnQueued | MessageDelta | ToolStepped | TurnFinished;

const EVENT_TYPES: ReadonlySet<unknown> = new Set<TurnEvent['type']>([
  'turn.started',
  'turn.queued',
  'message.delta',
  'tool.step',
  'turn.finished',
]);

/** The server sends a heartbeat every 15 s; three missed ones mean that the connection is dead. */
const SILENCE_MS = 45_000;

/**
 * The events of one stream, as they arrive; unknown ones are passed over. It just ends when the
 * connection is closed or silent, also before `turn.finished`.
 *
 * @throws when the connection breaks or the request is aborted.
 */
export async function* readTurnEvents(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<TurnEvent, void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const ready: TurnEvent[] = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      const event = parseTurnEvent(data);
      if (event) ready.push(event);
    },
  });
  try {
    for (;;) {
      const { done, value } = await readBeforeSilence(reader);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* ready.splice(0);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

async function readBeforeSilence(reader: ReadableStreamDefaultReader<Uint8Array>) {
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), SILENCE_MS);
  try {
    return await reader.read();
  } finally {
    clearTimeout(timer);
  }
}

function parseTurnEvent(data: string): TurnEvent | null {
  const event: unknown = JSON.parse(data);
  const isKnown =
    typeof event === 'object' && event !== null && 'type' in event && EVENT_TYPES.has(event.type);
  return isKnown ? (event as TurnEvent) : null;
}
