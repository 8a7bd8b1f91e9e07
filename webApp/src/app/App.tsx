import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import { PublicConfigContext } from '@/api/publicConfig';
import { publicConfigOptions } from '@/api/queryOptions';
import { watchReachability } from '@/api/reachability';
import type { PublicConfig } from '@/api/schema';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { makeQueryClient } from '@/app/queryClient';
import { useTheme } from '@/app/useTheme';
import { SignInPage } from '@/features/auth/SignInPage';
import { useSignedInUser } from '@/features/auth/useSignedInUser';
import { StatusPage } from '@/lib/ui/StatusPage';
import { useChatStore } from '@/stores/useChatStore';

watchReachability();

// Asked for at once, but apart: the sign-in page waits for none of it.
const loadingScope = import('@/app/UserScope');
const UserScope = lazy(async () => ({ default: (await loadingScope).UserScope }));

/** The whole app. */
export function App() {
  useTheme();
  const [queryClient] = useState(makeQueryClient);
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queryClient}>
        <ConfigGate />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

function ConfigGate() {
  const config = useQuery(publicConfigOptions());
  if (config.isSuccess) return <AuthGate config={config.data} />;
  if (config.isPending) return null;
  return (
    <StatusPage
      sentence="Could not reach the server."
      action="Try again"
      onAction={() => void config.refetch()}
    />
  );
}

function AuthGate({ config }: { config: PublicConfig }) {
  const user = useSignedInUser(config);
  // Signing out forgets whose drafts are kept here; a sign-in that ran out does not.
  const hasSignInEnded = useChatStore((state) => state.draftsOwnerId !== null);
  if (user === undefined) return null;
  if (user === null) return <SignInPage hasSignInEnded={hasSignInEnded} />;
  return (
    <PublicConfigContext value={config}>
      <Suspense>
        <UserScope key={user.id} user={user} />
      </Suspense>
    </PublicConfigContext>
  );
}
