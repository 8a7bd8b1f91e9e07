import { ApiError } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import type { Attachment, Message } from '@/api/schema';

type EventStream = ReadableStream<Uint8Array>;

export interface NewTurn {
  sessionId: string;
  content: string;
  attachments?: readonly Attachment[];
  /** Sent again with the same id, a message is stored once and its stream is rejoined. */
  clientRequestId: string;
  /** The message it follows; null follows whatever is newest on the server. */
  parentId: number | null;
}

export interface EditedMessage {
  sessionId: string;
  messageId: number;
  content: string;
  /** Which files it has from now on; missing keeps those of the version before. */
  attachmentIds?: readonly string[];
  clientRequestId: string;
}

export interface NewAnswer {
  sessionId: string;
  /** The answer that another one is wanted beside. */
  answerId: number;
  /** Go on with its text instead of beginning again. */
  keepsText: boolean;
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
  const { sessionId, content, attachments = [], clientRequestId, parentId } = turn;
  const body = {
    content,
    client_request_id: clientRequestId,
    ...(attachments.length > 0 && { attachment_ids: attachments.map(({ id }) => id) }),
    ...(parentId !== null && { parent_id: parentId }),
  };
  const opened = await apiClient.POST('/api/chat/sessions/{session_id}/messages', {
    params: { path: { session_id: sessionId } },
    body,
    parseAs: 'stream',
    signal,
  });
  return openedTurn(opened);
}

/**
 * Sends an edit of a user's message, which becomes its sibling, and opens the stream of its answer.
 *
 * @throws ApiError for everything that can be refused.
 */
export async function patchMessage(
  edited: EditedMessage,
  signal: AbortSignal,
): Promise<OpenedTurn> {
  const { sessionId, messageId, content, attachmentIds, clientRequestId } = edited;
  const body = {
    content,
    client_request_id: clientRequestId,
    ...(attachmentIds && { attachment_ids: [...attachmentIds] }),
  };
  const opened = await apiClient.PATCH('/api/chat/sessions/{session_id}/messages/{message_id}', {
    params: { path: { session_id: sessionId, message_id: messageId } },
    body,
    parseAs: 'stream',
    signal,
  });
  return openedTurn(opened);
}

/**
 * Asks for another answer beside one and opens its stream.
 *
 * @throws ApiError for everything that can be refused.
 */
export async function postAnswer(wanted: NewAnswer, signal: AbortSignal): Promise<OpenedTurn> {
  const { sessionId, answerId, keepsText, clientRequestId } = wanted;
  const opened = await apiClient.POST(
    '/api/chat/sessions/{session_id}/messages/{message_id}/regenerate',
    {
      params: { path: { session_id: sessionId, message_id: answerId } },
      body: { client_request_id: clientRequestId, keeps_text: keepsText },
      parseAs: 'stream',
      signal,
    },
  );
  return openedTurn(opened);
}

/** Opens the stream of an answer again; its first event carries the whole text so far. */
export async function joinAnswer(
  sessionId: string,
  answerId: number,
  signal: AbortSignal,
): Promise<EventStream> {
  const params = { path: { session_id: sessionId, message_id: answerId } };
  const { data } = await apiClient.GET(
    '/api/chat/sessions/{session_id}/messages/{message_id}/stream',
    {
      params,
      parseAs: 'stream',
      signal,
    },
  );
  return streamOf(data);
}

/** Stops an answer; one that ended first is returned as it ended. */
export async function cancelAnswer(sessionId: string, answerId: number): Promise<Message> {
  const params = { path: { session_id: sessionId, message_id: answerId } };
  return dataOf(
    await apiClient.POST('/api/chat/sessions/{session_id}/messages/{message_id}/cancel', {
      params,
    }),
  );
}

interface OpenedStream {
  data?: ReadableStream | null;
  response: Response;
}

function openedTurn({ data, response }: OpenedStream): OpenedTurn {
  const answerId = Number(response.headers.get('X-Assistant-Message-Id'));
  if (!answerId) {
    const detail = 'The server did not name its answer.';
    throw new ApiError({ code: 'unexpected', status: response.status, detail });
  }
  return { answerId, stream: streamOf(data) };
}

function streamOf(data: ReadableStream | null | undefined): EventStream {
  return dataOf(data ? { data } : {}) as EventStream;
}
