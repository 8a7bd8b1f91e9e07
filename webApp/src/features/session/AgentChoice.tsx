import { Bot, ChevronDown } from 'lucide-react';

import { findAgent } from '@/api/agents';
import { useAgents } from '@/api/hooks/useAgentHooks';
import type { Agent } from '@/api/schema';
import { Menu, MenuRadioGroup, MenuRadioItem } from '@/lib/ui/Menu';
import { useChatStore } from '@/stores/useChatStore';

/** Who answers in the next session; nothing while there is no choice. */
export function AgentChoice() {
  const { agents, chosen } = useChoice();
  const choose = useChatStore((state) => state.setAgentName);
  if (!chosen || agents.length < 2) return null;
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Agent: ${chosen.title}`}
          className="-ml-2 flex h-8 max-w-full items-center gap-2 rounded-box px-2 text-sm text-soft hover:bg-hover data-[state=open]:bg-selected max-phone:ml-0 max-phone:h-11 max-phone:text-base"
        >
          <Bot aria-hidden size={16} className="flex-none text-icon" />
          <span className="truncate">{chosen.title}</span>
          <ChevronDown aria-hidden size={14} className="flex-none text-icon-small" />
        </button>
      }
    >
      <MenuRadioGroup value={chosen.name} onValueChange={choose}>
        {agents.map((agent) => (
          <MenuRadioItem key={agent.name} value={agent.name} hint={agent.description}>
            {agent.title}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </Menu>
  );
}

/** The name to make a session with; undefined where nobody has to choose. */
export function useChosenAgentName(): string | undefined {
  const { chosen } = useChoice();
  return chosen?.is_default ? undefined : chosen?.name;
}

/** What was chosen last; the default agent when that one is gone. */
function useChoice(): { agents: readonly Agent[]; chosen: Agent | undefined } {
  const agents = useAgents();
  const name = useChatStore((state) => state.agentName);
  const known = name === null ? undefined : findAgent(agents, name);
  return { agents, chosen: known ?? agents[0] };
}
