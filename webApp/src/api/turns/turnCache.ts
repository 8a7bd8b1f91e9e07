import {
  notifyManager,
  onlineManager,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import { fetchMessagePage } from '@/api/queryOptions';
import type { Message, MessagePage, Session } from '@/api/schema';
import { findSession, isOutdated, placeSession } from '@/api/sessionListCache';
import {
  mergeMessagesAbove,
  mergeNewestMessages,
  mergeTurn,
  NO_MESSAGES,
  updateMessages,
} from '@/api/turns/messageList';
import { dropOutgoing } from '@/api/turns/outbox';
import type { TurnStarted } from '@/api/turns/turnEvents';

const NEWEST_PAGE_SIZE = 50;
const LARGEST_PAGE_SIZE = 200;
/** How far the version that was chosen is looked for above the newest page of its branch. */
const PAGES_ABOVE_A_SWITCH = 20;
const FRESH_MS = 5_000;
/** For what the feed does not tell, because it is no change of a session: its deliveries. */
const POLL_MS = 30_000;
const DELIVERY_POLL_MS = 5_000;

/**
 * Reads a session and its newest messages and lays them over what is loaded. The feed of changes
 * asks for that.
 */
export function newestMessagesOptions(queryClient: QueryClient, sessionId: string) {
  return queryOptions({
    queryKey: queryKeys.newestMessages(sessionId),
    queryFn: async ({ client, signal }) => {
      const params = { path: { session_id: sessionId }, query: { limit: NEWEST_PAGE_SIZE } };
      const { messages, has_more, next_before_id, ...session } = dataOf(
        await apiClient.GET('/api/chat/sessions/{session_id}', { params, signal }),
      );
      const page: MessagePage = { messages, has_more, next_before_id };
      patchMessages(client, sessionId, (loaded) => mergeNewestMessages(loaded, page));
      placeAnsweredSession(client, session);
      return null;
    },
    // As old as the list itself, which may have been kept from an earlier visit.
    initialData: null,
    initialDataUpdatedAt: () =>
      queryClient.getQueryState(queryKeys.messages(sessionId))?.dataUpdatedAt || Date.now(),
    staleTime: FRESH_MS,
    refetchInterval: () => {
      if (!onlineManager.isOnline()) return false;
      const session = queryClient.getQueryData<Session>(queryKeys.session(sessionId));
      return session?.receiver ? DELIVERY_POLL_MS : POLL_MS;
    },
    retry: false,
  });
}

/** Reads the page above what is loaded and puts it in front, whatever has been added meanwhile. */
export async function loadMessagesAbove(
  queryClient: QueryClient,
  sessionId: string,
): Promise<void> {
  const loaded = queryClient.getQueryData<MessagePage>(queryKeys.messages(sessionId));
  const beforeId = loaded?.next_before_id ?? null;
  if (beforeId === null) return;
  const page = await fetchMessagePage(sessionId, beforeId);
  patchMessages(queryClient, sessionId, (current) => mergeMessagesAbove(current, beforeId, page));
}

/** Puts messages in front that were read by another way, as far as what is loaded follows them. */
export function placeReadMessages(
  queryClient: QueryClient,
  sessionId: string,
  messages: Message[],
): void {
  const read: MessagePage = { messages, has_more: false, next_before_id: null };
  patchMessages(queryClient, sessionId, (loaded) => mergeNewestMessages(read, loaded));
}

/** Moves the session to a message's branch, on every device, and shows it down to its end. */
export async function switchBranch(
  queryClient: QueryClient,
  sessionId: string,
  messageId: number,
): Promise<void> {
  const { messages, has_more, next_before_id, ...session } = dataOf(
    await apiClient.PUT('/api/chat/sessions/{session_id}/head', {
      params: { path: { session_id: sessionId }, query: { limit: LARGEST_PAGE_SIZE } },
      body: { message_id: messageId },
    }),
  );
  dropStalePolls(queryClient, sessionId);
  const page: MessagePage = { messages, has_more, next_before_id };
  patchMessages(queryClient, sessionId, (loaded) => mergeNewestMessages(loaded, page));
  placeAnsweredSession(queryClient, session);
  // A long way above the end it is not on that page, and the reader is looking at it.
  for (let pages = 0; pages < PAGES_ABOVE_A_SWITCH; pages += 1) {
    const loaded = queryClient.getQueryData<MessagePage>(queryKeys.messages(sessionId));
    if (!loaded?.has_more || loaded.messages.some(({ id }) => id === messageId)) return;
    await loadMessagesAbove(queryClient, sessionId);
  }
}

/** The newest message that is shown; what is written now is meant to follow it. */
export function findNewestMessageId(queryClient: QueryClient, sessionId: string): number | null {
  const loaded = queryClient.getQueryData<MessagePage>(queryKeys.messages(sessionId));
  return loaded?.messages.at(-1)?.id ?? null;
}

/** The answers that are being written further down the branch than this message. */
export function findStreamingBelow(queryClient: QueryClient, message: Message): number[] {
  const key = queryKeys.messages(message.session_id);
  const shown = queryClient.getQueryData<MessagePage>(key)?.messages ?? [];
  const index = shown.findIndex(({ id }) => id === message.id);
  const below = index === -1 ? [] : shown.slice(index + 1);
  return below.filter(({ status }) => status === 'streaming').map(({ id }) => id);
}

/** A session that has just been made: its messages need not be asked for. */
export function placeNewSession(queryClient: QueryClient, session: Session): void {
  queryClient.setQueryData<MessagePage>(
    queryKeys.messages(session.session_id),
    (page) => page ?? NO_MESSAGES,
  );
  placeAnsweredSession(queryClient, session);
  void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
}

/** A turn has begun: its rows end the branch in use. */
export function placeStartedTurn(
  queryClient: QueryClient,
  sessionId: string,
  turn: TurnStarted,
): void {
  const { user_message: userMessage, assistant_message: answer } = turn;
  dropStalePolls(queryClient, sessionId);
  patchMessages(queryClient, sessionId, (loaded) =>
    // A stream that is joined again tells nothing about the branch in use.
    userMessage ? mergeTurn(loaded, [userMessage, answer]) : updateMessages(loaded, [answer]),
  );
  const session = findSession(queryClient, sessionId);
  if (userMessage && session) {
    const preview = { last_message_preview: previewOf(userMessage) };
    const updated_at = userMessage.created_at;
    const state = { is_answering: true, has_failed_answer: false };
    // Whoever writes into a run makes a conversation of it.
    const is_folded = session.is_folded && userMessage.channel !== 'web';
    placeAnsweredSession(queryClient, { ...session, ...preview, ...state, updated_at, is_folded });
  }
  // The turn may follow messages that this tab has not seen; a new title is unknown too.
  const isPlaced = userMessage && findNewestMessageId(queryClient, sessionId) === answer.id;
  if (!isPlaced || session?.title == null) void refreshNewest(queryClient, sessionId);
}

/** The first words of a message; of one without, the name of its first file. */
function previewOf({ content, attachments: [first, ...others] }: Message): string {
  if (content !== '' || !first) return content.slice(0, 200);
  if (others.length === 0) return first.filename;
  return `${first.filename} and ${others.length} more ${others.length === 1 ? 'file' : 'files'}`;
}

/** An answer has ended. */
export function placeEndedAnswer(
  queryClient: QueryClient,
  message: Message,
  session: Session | null,
): void {
  dropStalePolls(queryClient, message.session_id);
  patchMessages(queryClient, message.session_id, (loaded) => updateMessages(loaded, [message]));
  if (session) placeAnsweredSession(queryClient, session);
}

/** Reads the newest messages now, when the session is open; resolves once they are there. */
export function refreshNewest(queryClient: QueryClient, sessionId: string): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: queryKeys.newestMessages(sessionId) });
}

/** A session the server has answered with, wherever it is shown. */
export function placeAnsweredSession(queryClient: QueryClient, session: Session): void {
  const known = findSession(queryClient, session.session_id);
  // Read before a change that is already shown.
  if (known && isOutdated(session, known)) return;
  queryClient.setQueryData<Session>(queryKeys.session(session.session_id), session);
  placeSession(queryClient, session);
}

/** A poll that is under way may have been answered before this turn's rows were there. */
function dropStalePolls(queryClient: QueryClient, sessionId: string): void {
  const messages = { queryKey: queryKeys.newestMessages(sessionId) };
  // It may have been on its way to news that the feed will not tell again.
  const wasReading = queryClient.isFetching(messages) > 0;
  void queryClient.cancelQueries(messages);
  if (wasReading) void refreshNewest(queryClient, sessionId);
  void queryClient.cancelQueries({ queryKey: queryKeys.newestSessionLists() });
  const hasBegun = queryClient.getQueryData(queryKeys.sessionFeed()) !== undefined;
  if (hasBegun) void queryClient.cancelQueries({ queryKey: queryKeys.sessionFeed() });
}

function patchMessages(
  queryClient: QueryClient,
  sessionId: string,
  update: (loaded: MessagePage) => MessagePage,
): void {
  const loaded = queryClient.getQueryData<MessagePage>(queryKeys.messages(sessionId));
  if (!loaded) return;
  const updated = update(loaded);
  queryClient.setQueryData<MessagePage>(queryKeys.messages(sessionId), updated);
  const sent = new Set(updated.messages.map((message) => message.client_request_id));
  // Behind the cache's own notification, or a sent message would be gone for one frame.
  notifyManager.schedule(() => dropOutgoing(sent));
}
