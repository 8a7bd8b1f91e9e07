import type { QueryClient } from '@tanstack/react-query';

import { ApiError, describeError } from '@/api/apiError';
import { ChangeBatches } from '@/api/changeBatches';
import { apiClient, dataOf } from '@/api/client';
import { mutationKeys, queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import {
  changeSession,
  type SessionChange,
  type SessionDeletion,
  type SessionUpdate,
} from '@/api/sessionChanges';
import { dropSession } from '@/api/sessionListCache';
import { describeSuperseded, type UpdatedSession } from '@/api/supersededFields';
import { dropOutgoingOf } from '@/api/turns/outbox';
import { placeAnsweredSession } from '@/api/turns/turnCache';
import { nameSession } from '@/lib/nameSession';
import { newId } from '@/lib/newId';
import { toastAction, toastError } from '@/lib/toast';

const MAX_RETRIES = 2;
const LONGEST_RETRY_MS = 10_000;
/** Later nobody would know any more what “Undo” takes back. */
const UNDO_OFFERED_MS = 10_000;
const RENEWAL_MS = 300;

/**
 * Teaches a cache to change sessions: those of one session in order, paused while the server is out
 * of reach, and again after a reload. Nothing is written into the lists before the server has
 * answered: what is pending is laid over them as they are shown (`pendingChanges.ts`), so that a
 * refusal leaves nothing behind.
 */
export function setChangeDefaults(queryClient: QueryClient): void {
  const shared = {
    networkMode: 'online',
    retry: isWorthRetrying,
    retryDelay: (failures: number) => Math.min(LONGEST_RETRY_MS, 1_000 * 2 ** failures),
  } as const;
  /** By session and field, the version in which this tab wrote it last: no other device's doing. */
  const ownVersions = new Map<string, number>();
  const batches = new ChangeBatches({
    queryClient,
    onUndo: (sessions, change) => {
      const batch = { id: newId(), size: sessions.length };
      for (const session of sessions) changeSession(queryClient, session, change, batch);
    },
  });
  const renew = makeRenewal(queryClient);
  queryClient.setMutationDefaults(mutationKeys.updateSession(), {
    ...shared,
    mutationFn: (update: SessionUpdate) => {
      batches.refuseHopeless(update);
      return sendUpdate(update, ownVersions);
    },
    onSuccess: ({ superseded, ...session }: UpdatedSession, update: SessionUpdate) => {
      placeAnsweredSession(queryClient, session);
      renew();
      const replaced = describeSuperseded(superseded, update.change);
      if (update.batch) batches.noteDone(update, session, replaced?.change);
      else tellChanged(queryClient, session, { update, replaced });
    },
    onError: (error: Error, update: SessionUpdate) => {
      if (isGone(error)) dropSession(queryClient, update.sessionId);
      if (!update.batch) toastError(describeRefusal(error, update));
      else if (isGone(error)) batches.noteGone(update);
      else batches.noteRefused(update, error);
    },
  });
  queryClient.setMutationDefaults(mutationKeys.deleteSession(), {
    ...shared,
    mutationFn: (deletion: SessionDeletion) => {
      batches.refuseHopeless(deletion);
      return sendDeletion(deletion.sessionId);
    },
    onSuccess: (_: unknown, deletion: SessionDeletion) => {
      const { sessionId } = deletion;
      dropSession(queryClient, sessionId);
      dropOutgoingOf(sessionId);
      queryClient.removeQueries({ queryKey: queryKeys.session(sessionId), type: 'inactive' });
      renew();
      batches.noteDone(deletion);
    },
    onError: (error: Error, deletion: SessionDeletion) => {
      if (deletion.batch) batches.noteRefused(deletion, error);
      else toastError(`${describeError(error)} “${deletion.name}” is still there.`);
    },
  });
}

/** Reads anew what changes cannot be laid over, a moment after the last of many was answered. */
function makeRenewal(queryClient: QueryClient): () => void {
  let timer: number | undefined;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
      void queryClient.invalidateQueries({ queryKey: queryKeys.sessionSearches() });
    }, RENEWAL_MS);
  };
}

async function sendUpdate(
  { sessionId, change, baseVersion, requestId }: SessionUpdate,
  ownVersions: Map<string, number>,
): Promise<UpdatedSession> {
  const fields = Object.keys(change) as (keyof SessionChange)[];
  const keyOf = (field: keyof SessionChange) => `${sessionId} ${field}`;
  const known = fields.map((field) => ownVersions.get(keyOf(field)) ?? 0);
  const named = requestId === undefined ? {} : { client_request_id: requestId };
  const body = { ...change, ...named, base_version: Math.max(baseVersion, ...known) };
  const params = { path: { session_id: sessionId } };
  const answer = dataOf(await apiClient.PATCH('/api/chat/sessions/{session_id}', { params, body }));
  for (const field of fields) {
    // Else another device has written over it before this answer came.
    if (answer[field] === change[field]) ownVersions.set(keyOf(field), answer.version);
  }
  return answer;
}

async function sendDeletion(sessionId: string): Promise<void> {
  try {
    const params = { path: { session_id: sessionId } };
    // It may be asked for as the page is being left.
    await apiClient.DELETE('/api/chat/sessions/{session_id}', { params, keepalive: true });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

interface Made {
  update: SessionUpdate;
  replaced: ReturnType<typeof describeSuperseded>;
}

/** Offers to take back what was archived, or what nobody here had seen before it was replaced. */
function tellChanged(queryClient: QueryClient, session: Session, { update, replaced }: Made): void {
  if (replaced) {
    toastAction(replaced.sentence, {
      label: replaced.undo,
      onAction: () => changeSession(queryClient, session, replaced.change),
    });
  } else if (update.change.archived === true && isRecent(queryClient, update)) {
    toastAction(`“${nameSession(session)}” is in the archive.`, {
      label: 'Undo',
      onAction: () => changeSession(queryClient, session, { archived: false }),
    });
  }
}

function isRecent(queryClient: QueryClient, update: SessionUpdate): boolean {
  const mutation = queryClient
    .getMutationCache()
    .find({ predicate: ({ state }) => state.variables === update });
  return Date.now() - (mutation?.state.submittedAt ?? 0) < UNDO_OFFERED_MS;
}

function describeRefusal(error: Error, { name }: SessionUpdate): string {
  if (isGone(error)) return `“${name}” was deleted on another device.`;
  return `${describeError(error)} The session is as it was.`;
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'session_not_found';
}

/** A server that is only out of reach is waited for; one that is busy gets a few tries. */
function isWorthRetrying(failures: number, error: Error): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 0) return true;
  return failures < MAX_RETRIES && (error.status >= 500 || error.status === 429);
}
