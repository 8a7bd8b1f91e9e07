import { PersistQueryClientProvider } from '@tanstack/react-query-persist-client';
import { useEffect, useState } from 'react';
import { BrowserRouter } from 'react-router';

import { keptCacheOptions, readAnew } from '@/api/keptCache';
import { keepChanges } from '@/api/keptChanges';
import { claimKept } from '@/api/keptStore';
import { setChangeDefaults } from '@/api/changeDefaults';
import { Frame } from '@/app/Frame';
import { makeQueryClient } from '@/app/queryClient';
import type { SignedInUser } from '@/features/auth/useSignedInUser';

/** Everything one user sees; it leaves with its cache when they do. */
export function UserScope({ user }: { user: SignedInUser }) {
  const [queryClient] = useState(() => {
    const made = makeQueryClient();
    setChangeDefaults(made);
    return made;
  });
  const [persistOptions] = useState(() => keptCacheOptions(queryClient, user.id));
  useEffect(() => {
    void claimKept(user.id);
    return keepChanges(queryClient, user.id);
  }, [queryClient, user.id]);
  return (
    <PersistQueryClientProvider
      client={queryClient}
      persistOptions={persistOptions}
      onSuccess={() => readAnew(queryClient)}
    >
      <BrowserRouter>
        <Frame user={user} />
      </BrowserRouter>
    </PersistQueryClientProvider>
  );
}
