import { useQueryClient } from '@tanstack/react-query';
import { useMatch, useNavigate } from 'react-router';

import { describeError } from '@/api/apiError';
import type { Session } from '@/api/schema';
import { deleteSession } from '@/api/sessionChanges';
import { nameSession } from '@/lib/nameSession';
import { beginRemoval, undoRemoval } from '@/lib/removals';
import { toastAction, toastError } from '@/lib/toastError';

/** Deletes a session after the time in which that can be undone; until then it is only hidden. */
export function useDeleteSession(session: Session): () => void {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const id = session.session_id;
  const isOpen = useMatch('/sessions/:sessionId')?.params.sessionId === id;
  return () => {
    const name = nameSession(session);
    beginRemoval(id, () =>
      deleteSession(queryClient, id).catch((error: unknown) => {
        toastError(`${describeError(error)} “${name}” is still there.`);
      }),
    );
    if (isOpen) void navigate('/');
    toastAction(`“${name}” is deleted.`, {
      label: 'Undo',
      onAction: () => {
        undoRemoval(id);
        if (isOpen) void navigate(`/sessions/${encodeURIComponent(id)}`);
      },
    });
  };
}
