import { useQueryClient } from '@tanstack/react-query';
import { useMatch, useNavigate } from 'react-router';

import type { Session } from '@/api/schema';
import { deleteSession } from '@/api/sessionChanges';
import { nameSession } from '@/lib/nameSession';
import { beginRemoval, undoRemoval } from '@/lib/removals';
import { toastAction } from '@/lib/toast';

/** Deletes a session after the time in which that can be undone; until then it is only hidden. */
export function useDeleteSession(session: Session): () => void {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const id = session.session_id;
  const isOpen = useMatch('/sessions/:sessionId')?.params.sessionId === id;
  return () => {
    const name = nameSession(session);
    beginRemoval(id, () => deleteSession(queryClient, session));
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
