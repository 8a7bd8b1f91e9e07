import { ChevronRight, CircleAlert, Wrench } from 'lucide-react';
import { useState } from 'react';

import type { ToolStep } from '@/api/schema';

/** More than these are folded. */
const SHOWN_MAX = 3;

interface ToolStepsProps {
  steps: readonly ToolStep[];
  /** The answer is being written: what is shown now stays unfolded, so that nothing jumps. */
  isLive: boolean;
}

/** What an agent looked up at a place of its answer, one quiet line for each. */
export function ToolSteps({ steps, isLive }: ToolStepsProps) {
  const [wasLive] = useState(isLive);
  if (steps.length === 0) return null;
  if (wasLive || steps.length <= SHOWN_MAX) return <StepList steps={steps} isLive={isLive} />;
  const failed = steps.filter(({ status }) => status === 'failed').length;
  return (
    <details className="group/steps mt-2">
      <summary className="-ml-1 flex min-h-6 w-fit cursor-pointer list-none items-center gap-2 rounded-inset px-1 text-note text-muted hover:text-text max-phone:min-h-11">
        <ChevronRight
          aria-hidden
          size={12}
          strokeWidth={2.4}
          className="flex-none text-icon-small group-open/steps:rotate-90"
        />
        Used tools {steps.length} times{failed > 0 && `, ${failed} failed`}
      </summary>
      <StepList steps={steps} isLive={isLive} />
    </details>
  );
}

function StepList({ steps, isLive }: ToolStepsProps) {
  return (
    <ul aria-label="What the agent did" className="mt-2 flex flex-col first:mt-0">
      {steps.map((step, place) => (
        <Step key={place} {...step} isRunning={isLive && step.status === 'running'} />
      ))}
    </ul>
  );
}

function Step({ label, status, isRunning }: ToolStep & { isRunning: boolean }) {
  const hasFailed = status !== 'done' && !isRunning;
  const Icon = hasFailed ? CircleAlert : Wrench;
  const look = hasFailed
    ? 'text-failed'
    : isRunning
      ? 'animate-pulse text-accent'
      : 'text-icon-small';
  return (
    <li className="flex min-h-6 items-baseline gap-2 text-note text-muted">
      <Icon aria-hidden size={12} strokeWidth={2.4} className={`flex-none self-center ${look}`} />
      <span className="min-w-0 wrap-anywhere">
        {label}
        {isRunning && '…'}
        {hasFailed && ' (failed)'}
      </span>
    </li>
  );
}
