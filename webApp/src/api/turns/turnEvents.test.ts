// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { encodeEvents, streamOf, turnEvents } from '@/api/turns/testFixtures';
import { readTurnEvents, type TurnEvent } from '@/api/turns/turnEvents';

async function readAll(stream: ReadableStream<Uint8Array>): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of readTurnEvents(stream)) events.push(event);
  return events;
}

describe('readTurnEvents', () => {
  test('reads every event of a turn', async () => {
    const events = turnEvents(['Good ', 'morning']);
    expect(await readAll(streamOf([encodeEvents(events)]))).toEqual(events);
  });

  test('puts events together that arrive byte by byte', async () => {
    const events = turnEvents(['4 °C 🌡️ ', '寒い']);
    const bytes = new TextEncoder().encode(encodeEvents(events));
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await readAll(streamOf(pieces))).toEqual(events);
  });

  test('passes over heartbeats and events it does not know', async () => {
    const [started, ...rest] = turnEvents(['Yes']);
    const unknown = 'event: turn.renamed\ndata: {"type":"turn.renamed"}\n\n';
    const wire = [encodeEvents(started ? [started] : []), ': ping\n\n', unknown];
    expect(await readAll(streamOf([...wire, encodeEvents(rest)]))).toEqual(turnEvents(['Yes']));
  });

  test('just ends when the stream is cut inside an event', async () => {
    const wire = encodeEvents(turnEvents(['Yes']));
    const events = await readAll(streamOf([wire.slice(0, -20)]));
    expect(events.map(({ type }) => type)).toEqual(['turn.started', 'message.delta']);
  });

  test('throws when the connection breaks', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new TypeError('network error')),
    });
    await expect(readAll(broken)).rejects.toThrow('network error');
  });

  test('lets the connection go when nobody reads on', async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(new TextEncoder().encode(encodeEvents(turnEvents(['Yes'])))),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const event of readTurnEvents(stream)) {
      if (event.type === 'turn.started') break;
    }
    expect(isCancelled).toBe(true);
  });
});
