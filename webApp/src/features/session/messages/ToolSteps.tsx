import { ChevronRight, CircleAlert, Wrench } from 'lucide-react';

import type { Message } from '@/api/schema';

/** More than these are folded. */
const SHOWN_MAX = 3;

type Steps = NonNullable<Message['tool_steps']>;

/** What an agent looked up for its answer, one quiet line for each; nothing when it did not. */
export function ToolSteps({ steps }: { steps: Message['tool_steps'] }) {
  if (!steps?.length) return null;
  if (steps.length <= SHOWN_MAX) return <StepList steps={steps} />;
  const failed = steps.filter(({ status }) => status === 'failed').length;
  return (
    <details className="group/steps mb-2">
      <summary className="-ml-1 flex min-h-6 w-fit cursor-pointer list-none items-center gap-2 rounded-inset px-1 text-note text-muted hover:text-text max-phone:min-h-11">
        <ChevronRight
          aria-hidden
          size={12}
          strokeWidth={2.4}
          className="flex-none text-icon-small group-open/steps:rotate-90"
        />
        Used tools {steps.length} times{failed > 0 && `, ${failed} failed`}
      </summary>
      <StepList steps={steps} />
    </details>
  );
}

function StepList({ steps }: { steps: Steps }) {
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
