import { useQuery } from '@tanstack/react-query';

import { agentsOptions, findAgent } from '@/api/agents';
import type { Agent } from '@/api/schema';

const NONE: readonly Agent[] = [];

/** The agents one may choose, the default one first; none until they are known. */
export function useAgents(): readonly Agent[] {
  return useQuery(agentsOptions()).data ?? NONE;
}

/** How a session's agent is called where it is not the default one; null where it is. */
export function useChosenAgent(name: string | undefined): string | null {
  const agents = useAgents();
  if (name === undefined || agents.length === 0) return null;
  const agent = findAgent(agents, name);
  if (agent?.is_default) return null;
  return agent?.title ?? name;
}
