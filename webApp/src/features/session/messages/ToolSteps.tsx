import { CircleAlert, Wrench } from 'lucide-react';

import type { Message } from '@/api/schema';

interface ToolStepsProps {
  steps: Message['tool_steps'];
}

/** What an agent looked up for its answer, one quiet line for each; nothing when it did not. */
export function ToolSteps({ steps }: ToolStepsProps) {
  if (!steps?.length) return null;
  return (
    <ul aria-label="What the agent did" className="mb-2 flex flex-col">
      {steps.map(({ label, status }, place) => (
        <li key={place} className="flex min-h-6 items-baseline gap-2 text-note text-muted">
          {status === 'failed' ? (
            <CircleAlert
              aria-hidden
              size={12}
              strokeWidth={2.4}
              className="flex-none self-center text-failed"
            />
          ) : (
            <Wrench
              aria-hidden
              size={12}
              strokeWidth={2.4}
              className="flex-none self-center text-icon-small"
            />
          )}
          <span className="min-w-0 wrap-anywhere">
            {label}
            {status === 'failed' && ' (failed)'}
          </span>
        </li>
      ))}
    </ul>
  );
}
