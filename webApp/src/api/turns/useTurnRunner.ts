import { type QueryClient, useQueryClient } from '@tanstack/react-query';

import { TurnRunner } from '@/api/turns/TurnRunner';
import { onUserLeaving } from '@/lib/userLeaving';

const runners = new WeakMap<QueryClient, TurnRunner>();

/** The one runner of this tab. */
export function useTurnRunner(): TurnRunner {
  const queryClient = useQueryClient();
  const known = runners.get(queryClient);
  if (known) return known;
  const runner = new TurnRunner(queryClient);
  runners.set(queryClient, runner);
  onUserLeaving(() => runner.forget());
  return runner;
}
