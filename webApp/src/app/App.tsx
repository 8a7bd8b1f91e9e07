import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { BrowserRouter } from 'react-router';

import { PublicConfigContext } from '@/api/publicConfig';
import { publicConfigOptions } from '@/api/queryOptions';
import type { PublicConfig } from '@/api/schema';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { makeQueryClient } from '@/app/queryClient';
import { useTheme } from '@/app/useTheme';
import { SignInPage } from '@/features/auth/SignInPage';
import { type SignedInUser, useSignedInUser } from '@/features/auth/useSignedInUser';
import { StatusPage } from '@/lib/ui/StatusPage';
import { useChatStore } from '@/stores/useChatStore';

// Asked for at once, but apart: the sign-in page waits for none of it.
const loadingFrame = import('@/app/Frame');
const Frame = lazy(async () => ({ default: (await loadingFrame).Frame }));

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
      <UserScope key={user.id} user={user} />
    </PublicConfigContext>
  );
}

/** Everything one user sees; it leaves with its cache when they do. */
function UserScope({ user }: { user: SignedInUser }) {
  const [queryClient] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <BrowserRouter>
        <Suspense>
          <Frame email={user.email} />
        </Suspense>
      </BrowserRouter>
    </QueryClientProvider>
  );
}
