import { ChevronDown } from 'lucide-react';

import { findAgent } from '@/api/agents';
import { useAgents } from '@/api/hooks/useAgentHooks';
import { classNames } from '@/lib/ui/classNames';
import { FIELD, FormField } from '@/lib/ui/FormField';

interface AgentFieldProps {
  value: string;
  onChange: (name: string) => void;
  problem: string | null;
}

/** Which agent carries the schedule out; there before the agents are known, so that nothing moves. */
export function AgentField({ value, onChange, problem }: AgentFieldProps) {
  const agents = useAgents();
  const chosen = findAgent(agents, value);
  const isGone = chosen === undefined && agents.length > 0;
  return (
    <FormField
      label="Agent"
      problem={problem}
      hint={isGone ? 'It is not there any more, so the default agent answers.' : undefined}
      className="flex-1"
    >
      {(control) => (
        <span className="relative">
          <select
            {...control}
            value={chosen?.name ?? value}
            className={classNames(FIELD, 'h-10 appearance-none truncate pr-9 max-phone:h-11')}
            onChange={(event) => onChange(event.target.value)}
          >
            {!chosen && <option value={value}>{value}</option>}
            {agents.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
          <ChevronDown
            aria-hidden
            size={14}
            className="pointer-events-none absolute inset-y-0 right-3 my-auto text-icon-small"
          />
        </span>
      )}
    </FormField>
  );
}
