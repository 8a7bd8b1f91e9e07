import type { QueryClient } from '@tanstack/react-query';

import { useDraftFilesStore } from '@/api/attachments/draftFiles';
import { apiClient, dataOf } from '@/api/client';
import { deleteSession, queueChange } from '@/api/sessionChanges';
import { markStarted, type OutgoingMessage, outgoingOf } from '@/api/turns/outbox';
import { placeNewSession } from '@/api/turns/turnCache';

/**
 * Makes the session that a message begins, and what its user has made of it meanwhile.
 *
 * @returns False when the message was taken back in that time.
 * @throws ApiError when the server did not take it.
 */
export async function startSession(
  queryClient: QueryClient,
  first: OutgoingMessage,
): Promise<boolean> {
  const { sessionId, clientRequestId, agentName } = first;
  const body = { session_id: sessionId, ...(agentName && { agent_name: agentName }) };
  const session = dataOf(await apiClient.POST('/api/chat/sessions', { body }));
  const waiting = outgoingOf(sessionId);
  if (waiting.length === 0) {
    // Deleted meanwhile, unless it is the one to come again, with its files.
    const isToCome = useDraftFilesStore.getState().newSessionId === sessionId;
    if (!isToCome) void deleteSession(queryClient, session);
    return false;
  }
  const change = waiting.find(({ startChange }) => startChange)?.startChange;
  if (change) queueChange(queryClient, session, change);
  placeNewSession(queryClient, session);
  markStarted(sessionId);
  return waiting.some((message) => message.clientRequestId === clientRequestId);
}
