import { onlineManager } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { claimDraftFiles } from '@/api/attachments/draftFiles';
import { readStoredUser, startAuthClient } from '@/api/authClient';
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
    const show = (found: SignedInUser | null) => {
      const id = found?.id ?? null;
      // Tokens are renewed every hour; only another user is news.
      if (id === knownId.current) return;
      if (knownId.current) forgetLeavingUser();
      knownId.current = id;
      // Before anything of this user is drawn, whatever another one has left must be gone.
      if (id !== null) {
        useChatStore.getState().claimDrafts(id);
        claimDraftFiles(id);
      }
      setUser(found);
    };
    const { data } = startAuthClient(config).onAuthStateChange((event, session) => {
      const found = session && { id: session.user.id, email: session.user.email ?? '' };
      // A token that could not be renewed for want of the server ends no sign-in.
      show(event === 'INITIAL_SESSION' ? (found ?? readStoredUser()) : found);
    });
    // Nobody waits for a token that cannot be renewed now.
    if (!onlineManager.isOnline()) show(readStoredUser());
    return () => data.subscription.unsubscribe();
  }, [config]);

  return user;
}
