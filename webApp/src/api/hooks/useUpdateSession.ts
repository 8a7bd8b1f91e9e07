import { useMutation, useQueryClient } from '@tanstack/react-query';

import { describeError } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import type { Session } from '@/api/schema';
import { patchSession, placeChangedSession, type SessionChange } from '@/api/sessionChanges';
import { toastAction, toastError } from '@/lib/toastError';

/** Changes a session: shown at once, taken back with a word when the server refuses. */
export function useUpdateSession(session: Session) {
  const queryClient = useQueryClient();
  const update = useMutation({
    mutationFn: async (change: SessionChange) =>
      dataOf(
        await apiClient.PATCH('/api/chat/sessions/{session_id}', {
          params: { path: { session_id: session.session_id } },
          body: { ...change, base_version: session.version },
        }),
      ),
    onMutate: (change) => patchSession(queryClient, session.session_id, change),
    onError: (error, _change, takeBack) => {
      takeBack?.();
      toastError(`${describeError(error)} The session is as it was.`);
    },
    onSuccess: ({ superseded, ...changed }) => {
      placeChangedSession(queryClient, changed);
      const { title } = superseded;
      if (typeof title !== 'string') return;
      // Another device had renamed it meanwhile; the last to arrive has won.
      toastAction(`It had just been renamed “${title}” elsewhere.`, {
        label: 'Take that name',
        onAction: () => update.mutate({ title }),
      });
    },
  });
  return update;
}
