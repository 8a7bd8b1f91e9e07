import { useEffect, useRef, useState } from 'react';

import { claimDraftFiles } from '@/api/attachments/draftFiles';
import { startAuthClient } from '@/api/authClient';
import type { PublicConfig } from '@/api/schema';
import { forgetLeavingUser } from '@/lib/userLeaving';
import { useChatStore } from '@/stores/useChatStore';

export interface SignedInUser {
  id: string;
  email: string;
}

/** Who is signed in: undefined until the stored sign-in has been read, null when nobody is. */
export function useSignedInUser(config: PublicConfig): SignedInUser | null | undefined {
  const [user, setUser] = useState<SignedInUser | null>();
  const knownId = useRef<string | null>(undefined);

  useEffect(() => {
    const { data } = startAuthClient(config).onAuthStateChange((_event, session) => {
      const id = session?.user.id ?? null;
      // Tokens are renewed every hour; only another user is news.
      if (id === knownId.current) return;
      if (knownId.current) forgetLeavingUser();
      knownId.current = id;
      // Before anything of this user is drawn, whatever another one has left must be gone.
      if (id !== null) {
        useChatStore.getState().claimDrafts(id);
        claimDraftFiles(id);
      }
      setUser(id === null ? null : { id, email: session?.user.email ?? '' });
    });
    return () => data.subscription.unsubscribe();
  }, [config]);

  return user;
}
