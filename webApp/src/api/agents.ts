import { queryOptions } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { Agent } from '@/api/schema';

const AGENTS_FRESH_MS = 60_000;

/** What sessions and schedules are called whose agent nobody has chosen. */
export const UNNAMED_AGENT = 'assistant';

/** The agents of the server, the default one first; they change when it starts again. */
export function agentsOptions() {
  return queryOptions({
    queryKey: queryKeys.agents(),
    queryFn: async ({ signal }) =>
      dataOf(await apiClient.GET('/api/chat/agents', { signal })).agents,
    staleTime: AGENTS_FRESH_MS,
  });
}

/** The agent of a name, also of one it had before; undefined when the server has none. */
export function findAgent(agents: readonly Agent[], name: string): Agent | undefined {
  return (
    agents.find((agent) => agent.name === name) ??
    agents.find((agent) => agent.former_names.includes(name)) ??
    (name === UNNAMED_AGENT ? agents.find((agent) => agent.is_default) : undefined)
  );
}
