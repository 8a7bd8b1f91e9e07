import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { BrowserRouter } from 'react-router';

import { setChangeDefaults } from '@/api/sessionChanges';
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
  return (
    <QueryClientProvider client={queryClient}>
      <BrowserRouter>
        <Frame user={user} />
      </BrowserRouter>
    </QueryClientProvider>
  );
}
