import { useQueryClient } from '@tanstack/react-query';
import { useMatch, useNavigate } from 'react-router';

import { deleteSessions } from '@/api/manySessions';
import type { Session } from '@/api/schema';
import { nameSession } from '@/lib/nameSession';
import { newId } from '@/lib/newId';
import { beginRemoval, undoRemoval } from '@/lib/removals';
import { dismissToast, toastAction } from '@/lib/toast';

/** Deletes sessions after the time in which that can be undone; until then they are only hidden. */
export function useDeleteSessions(): (sessions: readonly Session[]) => void {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const openId = useMatch('/sessions/:sessionId')?.params.sessionId;
  return (sessions) => {
    const [first] = sessions;
    if (!first) return;
    const ids = sessions.map(({ session_id: id }) => id);
    const isOpen = openId !== undefined && ids.includes(openId);
    const toastId = newId();
    beginRemoval(ids, () => {
      // An undo that came now would do nothing.
      dismissToast(toastId);
      return deleteSessions(queryClient, sessions);
    });
    if (isOpen) void navigate('/');
    toastAction(
      sessions.length === 1
        ? `“${nameSession(first)}” is deleted.`
        : `${sessions.length} sessions are deleted.`,
      {
        label: 'Undo',
        onAction: () => {
          undoRemoval(first.session_id);
          if (isOpen) void navigate(`/sessions/${encodeURIComponent(openId)}`);
        },
      },
      toastId,
    );
  };
}
