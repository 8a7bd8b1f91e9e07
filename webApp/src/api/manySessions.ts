import type { QueryClient } from '@tanstack/react-query';

import { type ChangeBatch, invert } from '@/api/changeBatches';
import type { Session } from '@/api/schema';
import { changeSession, deleteSession, type SessionChange } from '@/api/sessionChanges';
import { newId } from '@/lib/newId';
import { toastAction } from '@/lib/toast';

/** What is changed about many sessions at once. */
export type SharedChange = { pinned: boolean } | { archived: boolean };

/**
 * Changes many sessions: shown at once, with one undo for all of them. Those that the server refuses
 * are taken back, with one word for all.
 */
export function changeSessions(
  queryClient: QueryClient,
  sessions: readonly Session[],
  change: SharedChange,
): void {
  const batch = makeBatch(sessions);
  const run = (made: SessionChange, together?: ChangeBatch) => {
    for (const session of sessions) changeSession(queryClient, session, made, together);
  };
  if (!batch) {
    run(change);
    return;
  }
  run(change, batch);
  toastAction(
    `${sessions.length} sessions are ${describeChange(change)}.`,
    { label: 'Undo', onAction: () => run(invert(change), makeBatch(sessions)) },
    batch.id,
  );
}

/** Deletes sessions: gone at once, and those that the server refuses are back with a word. */
export async function deleteSessions(
  queryClient: QueryClient,
  sessions: readonly Session[],
): Promise<void> {
  const batch = makeBatch(sessions);
  await Promise.all(sessions.map((session) => deleteSession(queryClient, session, batch)));
}

/** Undefined for one session, which is spoken of by its name. */
function makeBatch(sessions: readonly Session[]): ChangeBatch | undefined {
  return sessions.length > 1 ? { id: newId(), size: sessions.length } : undefined;
}

function describeChange(change: SharedChange): string {
  if ('pinned' in change) return change.pinned ? 'pinned' : 'no longer pinned';
  return change.archived ? 'in the archive' : 'out of the archive';
}
