import { notifyManager, type QueryClient } from '@tanstack/react-query';

import type { ChangeBatch } from '@/api/changeBatches';
import { mutationKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { changeStarting, dropOutgoingOf, isStarting, outgoingOf } from '@/api/turns/outbox';
import { nameSession } from '@/lib/nameSession';
import { newId } from '@/lib/newId';

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
  /** The changes it was made together with; missing where it was made alone. */
  batch?: ChangeBatch;
}

export type SessionDeletion = Pick<SessionUpdate, 'sessionId' | 'name' | 'batch'>;

/** So many changes of different sessions are under way at once; a browser opens six connections. */
const LANES = 4;

/** Changes a session: shown at once, and taken back with a word when the server refuses. */
export function changeSession(
  queryClient: QueryClient,
  session: Session,
  change: SessionChange,
  batch?: ChangeBatch,
): void {
  if (isStarting(session.session_id)) changeStarting(session.session_id, change);
  else queueChange(queryClient, session, change, batch);
}

/** The same for a session that the server has. */
export function queueChange(
  queryClient: QueryClient,
  session: Session,
  change: SessionChange,
  batch?: ChangeBatch,
): void {
  const { session_id: sessionId, version: baseVersion } = session;
  const name = nameSession(session);
  const made = { sessionId, name, change, baseVersion, requestId: newId() };
  const update: SessionUpdate = { ...made, ...(batch && { batch }) };
  run(queryClient, mutationKeys.updateSession(), update);
}

/**
 * Deletes a session: gone at once, and back with a word when the server refuses. Resolves when it is
 * out of sight.
 */
export function deleteSession(
  queryClient: QueryClient,
  session: Session,
  batch?: ChangeBatch,
): Promise<void> {
  const { session_id: sessionId } = session;
  if (isStarting(sessionId)) {
    const hasFiles = outgoingOf(sessionId).some(({ attachments = [] }) => attachments.length > 0);
    dropOutgoingOf(sessionId);
    // With files it was made, to hold them, and waits for its first message only.
    if (!hasFiles) return Promise.resolve();
  }
  const named = { sessionId, name: nameSession(session) };
  const deletion: SessionDeletion = { ...named, ...(batch && { batch }) };
  run(queryClient, mutationKeys.deleteSession(), deletion);
  return new Promise((resolve) => notifyManager.schedule(() => resolve()));
}

function run(
  queryClient: QueryClient,
  mutationKey: readonly string[],
  variables: SessionDeletion,
): void {
  const scope = { id: `session changes ${laneOf(variables.sessionId)}` };
  const mutation = queryClient
    .getMutationCache()
    .build<unknown, Error, object, unknown>(queryClient, { mutationKey, scope });
  // A failure is told by its defaults, also when nobody is left on the page who began it.
  mutation.execute(variables).catch(() => undefined);
}

/** Always the same one for a session: its changes wait for each other. */
function laneOf(sessionId: string): number {
  let sum = 0;
  for (const character of sessionId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_009;
  return sum % LANES;
}
