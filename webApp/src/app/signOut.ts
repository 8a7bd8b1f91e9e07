import type { QueryClient } from '@tanstack/react-query';

import { authClient } from '@/api/authClient';
import { forgetDraftFiles } from '@/api/attachments/draftFiles';
import { dropUnstartedSession } from '@/api/attachments/unstartedSession';
import { forgetKept } from '@/api/keptStore';
import { settleChanges } from '@/api/sessionChanges';
import { forgetOutbox } from '@/api/turns/outbox';
import { carryOutRemovals } from '@/lib/removals';
import { useChatStore } from '@/stores/useChatStore';

/** Signs out on this device and leaves nothing of the user in this browser. */
export async function signOut(queryClient: QueryClient): Promise<void> {
  await Promise.all([carryOutRemovals(), dropUnstartedSession()]);
  await settleChanges(queryClient);
  useChatStore.getState().forgetUser();
  forgetOutbox();
  forgetDraftFiles();
  // The next user starts at the list, not at the address of somebody else's session.
  window.history.replaceState(null, '', '/');
  await authClient().signOut({ scope: 'local' });
  queryClient.clear();
  await forgetKept();
}
