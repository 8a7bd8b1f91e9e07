import { notifyManager, onlineManager, type QueryClient } from '@tanstack/react-query';

import { ApiError, describeError } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import { mutationKeys, queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { dropSession } from '@/api/sessionListCache';
import { describeSuperseded, type UpdatedSession } from '@/api/supersededFields';
import { placeAnsweredSession } from '@/api/turns/turnCache';
import { nameSession } from '@/lib/nameSession';
import { newId } from '@/lib/newId';
import { toastAction, toastError } from '@/lib/toast';

/** What its user changes about a session; one field at a time. */
export interface SessionChange {
  title?: string;
  pinned?: boolean;
  archived?: boolean;
}

/** A change that waits or is on its way. It is stored as it stands, and made again after a reload. */
export interface SessionUpdate {
  sessionId: string;
  /** What the session was called, for what is said about it. */
  name: string;
  change: SessionChange;
  /** The version its user saw. */
  baseVersion: number;
  /** The change is made once under it, however often it is sent. One kept by an older app has none. */
  requestId?: string;
}

export type SessionDeletion = Pick<SessionUpdate, 'sessionId' | 'name'>;

const MAX_RETRIES = 2;
const LONGEST_RETRY_MS = 10_000;
const LONGEST_SETTLING_MS = 3_000;
/** Later nobody would know any more what “Undo” takes back. */
const UNDO_OFFERED_MS = 10_000;

/**
 * Teaches a cache to change sessions: in order, paused while the server is out of reach, and again
 * after a reload. Nothing is written into the lists before the server has answered: what is pending
 * is laid over them as they are shown (`pendingChanges.ts`), so that a refusal leaves nothing behind.
 */
export function setChangeDefaults(queryClient: QueryClient): void {
  const shared = {
    // One after the other, in the order in which they were made.
    scope: { id: 'session changes' },
    networkMode: 'online',
    retry: isWorthRetrying,
    retryDelay: (failures: number) => Math.min(LONGEST_RETRY_MS, 1_000 * 2 ** failures),
  } as const;
  /** By session and field, the version in which this tab wrote it last: no other device's doing. */
  const ownVersions = new Map<string, number>();
  queryClient.setMutationDefaults(mutationKeys.updateSession(), {
    ...shared,
    mutationFn: (update: SessionUpdate) => sendUpdate(update, ownVersions),
    onSuccess: (answer: UpdatedSession, update: SessionUpdate) => {
      takeOver(queryClient, answer, update);
    },
    onError: (error: Error, { name, sessionId }: SessionUpdate) => {
      toastError(describeRefusal(queryClient, error, { name, sessionId }));
    },
  });
  queryClient.setMutationDefaults(mutationKeys.deleteSession(), {
    ...shared,
    mutationFn: ({ sessionId }: SessionDeletion) => sendDeletion(sessionId),
    onSuccess: (_: unknown, { sessionId }: SessionDeletion) => {
      forgetSession(queryClient, sessionId);
    },
    onError: (error: Error, { name }: SessionDeletion) => {
      toastError(`${describeError(error)} “${name}” is still there.`);
    },
  });
}

/** Changes a session: shown at once, and taken back with a word when the server refuses. */
export function changeSession(
  queryClient: QueryClient,
  session: Session,
  change: SessionChange,
): void {
  const { session_id: sessionId, version: baseVersion } = session;
  const name = nameSession(session);
  const update: SessionUpdate = { sessionId, name, change, baseVersion, requestId: newId() };
  run(queryClient, mutationKeys.updateSession(), update);
}

/**
 * Deletes a session: gone at once, and back with a word when the server refuses. Resolves when it is
 * out of sight.
 */
export function deleteSession(queryClient: QueryClient, session: Session): Promise<void> {
  const deletion: SessionDeletion = {
    sessionId: session.session_id,
    name: nameSession(session),
  };
  run(queryClient, mutationKeys.deleteSession(), deletion);
  return new Promise((resolve) => notifyManager.schedule(() => resolve()));
}

/** Resolves when every change has been answered, or cannot be within a moment. */
export async function settleChanges(queryClient: QueryClient): Promise<void> {
  const isPending = () =>
    queryClient.getMutationCache().findAll({ mutationKey: mutationKeys.all, status: 'pending' })
      .length > 0;
  if (!isPending() || !onlineManager.isOnline()) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, LONGEST_SETTLING_MS);
    const unsubscribe = queryClient.getMutationCache().subscribe(() => {
      if (!isPending()) end();
    });
  });
}

function run(queryClient: QueryClient, mutationKey: readonly string[], variables: object): void {
  const mutation = queryClient
    .getMutationCache()
    .build<unknown, Error, object, unknown>(queryClient, { mutationKey });
  // A failure is told by its defaults, also when nobody is left on the page who began it.
  mutation.execute(variables).catch(() => undefined);
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

/** Shows what the server made of a change, and offers to take back what nobody here had seen. */
function takeOver(queryClient: QueryClient, answer: UpdatedSession, update: SessionUpdate): void {
  const { superseded, ...session } = answer;
  placeAnsweredSession(queryClient, session);
  void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
  const replaced = describeSuperseded(superseded, update.change);
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

function describeRefusal(
  queryClient: QueryClient,
  error: Error,
  { sessionId, name }: SessionDeletion,
): string {
  if (!isGone(error)) return `${describeError(error)} The session is as it was.`;
  dropSession(queryClient, sessionId);
  return `“${name}” was deleted on another device.`;
}

function forgetSession(queryClient: QueryClient, sessionId: string): void {
  dropSession(queryClient, sessionId);
  queryClient.removeQueries({ queryKey: queryKeys.session(sessionId), type: 'inactive' });
  void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
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
