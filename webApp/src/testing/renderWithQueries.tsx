import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';

/** A cache that tries nothing twice, so that a test sees the first failure. */
export function makeTestQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}

function makeWrapper(queryClient: QueryClient, address: string) {
  return function Wrapper({ children }: { children: ReactNode }) {
    return (
      <QueryClientProvider client={queryClient}>
        <MemoryRouter initialEntries={[address]}>{children}</MemoryRouter>
      </QueryClientProvider>
    );
  };
}

export function renderWithQueries(ui: ReactNode, address = '/') {
  const queryClient = makeTestQueryClient();
  return { queryClient, ...render(ui, { wrapper: makeWrapper(queryClient, address) }) };
}

export function renderHookWithQueries<Result>(hook: () => Result) {
  const queryClient = makeTestQueryClient();
  return { queryClient, ...renderHook(hook, { wrapper: makeWrapper(queryClient, '/') }) };
}
