import { ApiError } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import type { Message } from '@/api/schema';

type EventStream = ReadableStream<Uint8Array>;

/** How long the server may take to begin a stream; the stream itself may last. */
const OPENING_MS = 30_000;

export interface NewTurn {
  sessionId: string;
  content: string;
  /** Sent again with the same id, a message is stored once and its stream is rejoined. */
  clientRequestId: string;
}

export interface OpenedTurn {
  answerId: number;
  stream: EventStream;
}

/**
 * Sends a user's message and opens the stream of its answer.
 *
 * @throws ApiError for everything that can be refused; nothing is refused once the stream began.
 */
export async function postMessage(turn: NewTurn, signal: AbortSignal): Promise<OpenedTurn> {
  const { data, response } = await openInTime(signal, (openingSignal) =>
    apiClient.POST('/api/chat/sessions/{session_id}/messages', {
      params: { path: { session_id: turn.sessionId } },
      body: { content: turn.content, client_request_id: turn.clientRequestId },
      parseAs: 'stream',
      signal: openingSignal,
    }),
  );
  const answerId = Number(response.headers.get('X-Assistant-Message-Id'));
  if (!answerId) {
    const detail = 'The server did not name its answer.';
    throw new ApiError({ code: 'unexpected', status: response.status, detail });
  }
  return { answerId, stream: streamOf(data) };
}

/** Opens the stream of an answer again; its first event carries the whole text so far. */
export async function joinAnswer(
  sessionId: string,
  answerId: number,
  signal: AbortSignal,
): Promise<EventStream> {
  const params = { path: { session_id: sessionId, message_id: answerId } };
  const { data } = await openInTime(signal, (openingSignal) =>
    apiClient.GET('/api/chat/sessions/{session_id}/messages/{message_id}/stream', {
      params,
      parseAs: 'stream',
      signal: openingSignal,
    }),
  );
  return streamOf(data);
}

/** Stops an answer; one that has already ended is returned as it is. */
export async function cancelAnswer(sessionId: string, answerId: number): Promise<Message> {
  const params = { path: { session_id: sessionId, message_id: answerId } };
  return dataOf(
    await apiClient.POST('/api/chat/sessions/{session_id}/messages/{message_id}/cancel', {
      params,
    }),
  );
}

/** A connection that died without a word must not hold back the messages behind it. */
async function openInTime<Opened>(
  signal: AbortSignal,
  open: (signal: AbortSignal) => Promise<Opened>,
): Promise<Opened> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(ApiError.unreachable()), OPENING_MS);
  try {
    return await open(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

function streamOf(data: ReadableStream | null | undefined): EventStream {
  return dataOf(data ? { data } : {}) as EventStream;
}
