import { notifyManager, type QueryClient } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';
import type { Attachment } from '@/api/schema';
import { followAnswer } from '@/api/turns/followAnswer';
import {
  addLiveAnswer,
  dropLiveAnswer,
  mayHoldConnection,
  patchLiveAnswer,
  placeLiveStep,
  showLiveAnswer,
  useLiveAnswers,
  whenItMayHoldConnection,
} from '@/api/turns/liveAnswers';
import {
  addOutgoing,
  dropOutgoing,
  findOutgoing,
  isWaiting,
  type OutgoingMessage,
  patchOutgoing,
  placeBelowAnswer,
  useOutbox,
} from '@/api/turns/outbox';
import { sendWaiting } from '@/api/turns/sendOutbox';
import { startSession } from '@/api/turns/startSession';
import { TextBuffer } from '@/api/turns/TextBuffer';
import {
  findNewestMessageId,
  placeEndedAnswer,
  placeStartedTurn,
  refreshNewest,
} from '@/api/turns/turnCache';
import type { TurnEvent } from '@/api/turns/turnEvents';
import {
  cancelAnswer,
  type EditedMessage,
  joinAnswer,
  type NewAnswer,
  type OpenedTurn,
  patchMessage,
  postAnswer,
  postMessage,
} from '@/api/turns/turnRequests';
import { newId } from '@/lib/newId';

export interface NewMessage {
  sessionId: string;
  content: string;
  /** Uploaded files that go with it. */
  attachments?: readonly Attachment[];
  /** The session is made with this message. */
  startsSession?: boolean;
  /** Who is to answer in it; the default agent when left out. */
  agentName?: string;
}

/** Sends messages and follows their answers. It belongs to the tab, not to a page of it. */
export class TurnRunner {
  readonly #queryClient: QueryClient;
  readonly #buffer = new TextBuffer();
  /** By session: one that sends, and one that looks for what was written meanwhile. */
  readonly #lines = new Map<string, Promise<void>[]>();
  /** Request ids of answers that were asked for and not yet begun. */
  readonly #asked = new Map<string, string>();
  #userLeft = new AbortController();

  constructor(queryClient: QueryClient) {
    this.#queryClient = queryClient;
  }

  /** Shows a message as waiting and sends it. */
  send({ startsSession = false, ...written }: NewMessage): void {
    const { sessionId } = written;
    const parentId = findNewestMessageId(this.#queryClient, sessionId);
    addOutgoing({ ...written, parentId, startsSession });
    this.#lineUp(sessionId);
  }

  /** Sends a message that failed once more, under the same request id. */
  retry(clientRequestId: string): void {
    const message = findOutgoing(clientRequestId);
    if (!message) return;
    patchOutgoing(clientRequestId, { problem: null });
    this.#lineUp(message.sessionId);
  }

  /**
   * Sends an edit of a message; resolves when its branch is shown.
   *
   * @throws ApiError when the server did not take it.
   */
  async edit(edited: EditedMessage): Promise<void> {
    const signal = this.#userLeft.signal;
    await this.#begin(edited.sessionId, patchMessage(edited, signal));
  }

  /**
   * Asks for another answer beside one that has ended; resolves when it is shown. Tried again after
   * a failure it is the same request.
   *
   * @throws ApiError when the server did not take it.
   */
  async regenerate(wanted: Omit<NewAnswer, 'clientRequestId'>): Promise<void> {
    const { sessionId, answerId, keepsText } = wanted;
    const key = `${answerId} ${keepsText}`;
    const clientRequestId = this.#asked.get(key) ?? newId();
    this.#asked.set(key, clientRequestId);
    const signal = this.#userLeft.signal;
    await this.#begin(sessionId, postAnswer({ ...wanted, clientRequestId }, signal));
    this.#asked.delete(key);
  }

  /** Goes on with what was waiting when the page was left, or was written in another tab. */
  resume(): void {
    const waiting = useOutbox.getState().messages.filter(isWaiting);
    for (const sessionId of new Set(waiting.map((message) => message.sessionId))) {
      this.#lineUp(sessionId);
    }
  }

  /** Follows an answer that is being written; a second call changes nothing. */
  join(sessionId: string, answerId: number): void {
    void this.#follow(sessionId, answerId, null);
  }

  /**
   * Stops an answer. What had arrived is kept.
   *
   * @throws ApiError when the server did not take it; the answer goes on.
   */
  async stop(sessionId: string, answerId: number): Promise<void> {
    patchLiveAnswer(answerId, { isStopping: true });
    try {
      placeEndedAnswer(this.#queryClient, await cancelAnswer(sessionId, answerId), null);
    } catch (error) {
      patchLiveAnswer(answerId, { isStopping: false });
      if (!(error instanceof ApiError) || error.code !== 'answer_cancelled') throw error;
      // Another device was quicker.
      await refreshNewest(this.#queryClient, sessionId);
    }
  }

  /** Drops every stream: the user has left. What was not sent waits for them. */
  forget(): void {
    this.#userLeft.abort();
    this.#userLeft = new AbortController();
    this.#buffer.clear();
    this.#lines.clear();
    this.#asked.clear();
    useLiveAnswers.setState({ answers: {} });
  }

  #lineUp(sessionId: string): void {
    const lines = this.#lines.get(sessionId) ?? [];
    if (lines.length === 2) return;
    const { signal } = this.#userLeft;
    const send = (message: OutgoingMessage) => this.#deliver(message, signal);
    const line = (lines[0] ?? Promise.resolve())
      .then(() => sendWaiting(sessionId, { signal, send }))
      .finally(() => lines.splice(lines.indexOf(line), 1));
    lines.push(line);
    this.#lines.set(sessionId, lines);
  }

  async #deliver(message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const { sessionId, clientRequestId } = message;
    if (message.startsSession && !(await startSession(this.#queryClient, message))) return;
    // Whether the one before it has arrived is not known: then the server decides what it follows.
    const parentId = message.followsRequestId === null ? message.parentId : null;
    const { answerId, stream } = await postMessage({ ...message, parentId }, signal);
    placeBelowAnswer(clientRequestId, answerId);
    void this.#follow(sessionId, answerId, stream);
  }

  /** Resolves when the turn is shown; following its answer goes on. */
  async #begin(sessionId: string, opening: Promise<OpenedTurn>): Promise<void> {
    const { answerId, stream } = await opening;
    await new Promise<void>((resolve) => {
      void this.#follow(sessionId, answerId, stream, resolve).finally(resolve);
    });
  }

  async #follow(
    sessionId: string,
    answerId: number,
    stream: ReadableStream<Uint8Array> | null,
    onStarted?: () => void,
  ): Promise<void> {
    if (answerId in useLiveAnswers.getState().answers) {
      void stream?.cancel();
      return;
    }
    const signal = this.#userLeft.signal;
    addLiveAnswer(answerId, sessionId);
    try {
      const follower = {
        open: () => joinAnswer(sessionId, answerId, signal),
        isAllowed: () => mayHoldConnection(answerId),
        whenAllowed: () => whenItMayHoldConnection(answerId),
        onEvent: (event: TurnEvent) => {
          this.#apply(sessionId, answerId, event);
          onStarted?.();
        },
        onBreak: () => patchLiveAnswer(answerId, { isReconnecting: true }),
      };
      await followAnswer(follower, stream, signal);
    } catch {
      // The server refuses to go on, or the user has left: what is stored is what there is.
      if (!signal.aborted) void refreshNewest(this.#queryClient, sessionId);
    } finally {
      this.#buffer.drop(answerId);
      // Queued behind the cache's own notification, or the text would be gone for one frame.
      notifyManager.schedule(() => dropLiveAnswer(answerId));
    }
  }

  #apply(sessionId: string, answerId: number, event: TurnEvent): void {
    switch (event.type) {
      case 'turn.started':
        this.#buffer.drop(answerId);
        showLiveAnswer(event.assistant_message);
        placeStartedTurn(this.#queryClient, sessionId, event);
        // Where the session is not open nothing else tells that its message has arrived.
        notifyManager.schedule(() =>
          dropOutgoing(new Set([event.user_message?.client_request_id ?? null])),
        );
        break;
      case 'turn.queued':
        patchLiveAnswer(answerId, { turnsAhead: event.turns_ahead });
        break;
      case 'message.delta':
        this.#buffer.append(answerId, event.text);
        break;
      case 'tool.step':
        placeLiveStep(answerId, event.index, event.step);
        break;
      case 'turn.finished':
        placeEndedAnswer(this.#queryClient, event.message, event.session);
    }
  }
}
