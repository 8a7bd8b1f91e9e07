import { type ReactNode, useId } from 'react';

import type { Outcome } from '@/features/yourData/describeData';
import type { Progress } from '@/features/yourData/describeProgress';
import { Button } from '@/lib/ui/Button';

interface DataPartProps {
  title: string;
  /** What it does. */
  children: ReactNode;
  /** Begins it: an icon and a word or two. */
  action: ReactNode;
  onAction: () => void;
  /** Null while it is not going on. */
  progress: Progress | null;
  onCancel: () => void;
  /** How it ended last time, or null. */
  outcome: Outcome | null;
  /** Tries the same again. */
  onRetry: () => void;
}

/** Something that takes a while: what it does, how far it is, and what came of it. */
export function DataPart(props: DataPartProps) {
  const { title, children, action, onAction, progress, onCancel, outcome, onRetry } = props;
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="flex flex-col gap-3">
      <div className="flex flex-col gap-1">
        <h3 id={titleId} className="font-semibold text-text">
          {title}
        </h3>
        {children}
      </div>
      {/* As high while it goes on, and the button is one and the same: it keeps the focus. */}
      <div className="flex h-9 items-center gap-4">
        {progress && <ProgressBar label={title} progress={progress} />}
        <Button onClick={progress ? onCancel : onAction}>{progress ? 'Cancel' : action}</Button>
        {outcome?.canRetry && !progress && <Button onClick={onRetry}>Try again</Button>}
      </div>
      <div role="status" className="flex flex-col gap-2 empty:-mt-3">
        {outcome && !progress && <OutcomeText outcome={outcome} />}
      </div>
    </section>
  );
}

function ProgressBar({ label, progress }: { label: string; progress: Progress }) {
  const { share, words } = progress;
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-2">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuetext={words}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
        className="h-1 overflow-hidden rounded-tiny bg-selected"
      >
        {share === null ? (
          <div className="h-full animate-pulse-dot bg-accent/40" />
        ) : (
          <div className="h-full bg-accent" style={{ width: `${share * 100}%` }} />
        )}
      </div>
      <p className="truncate text-xs text-muted tabular-nums max-phone:text-note">{words}</p>
    </div>
  );
}

function OutcomeText({ outcome }: { outcome: Outcome }) {
  return (
    <>
      <p className={outcome.isFailure ? 'text-failed' : 'text-text'}>{outcome.sentence}</p>
      {outcome.notes.length > 0 && (
        <ul className="flex flex-col gap-1 text-xs wrap-anywhere text-muted max-phone:text-note">
          {outcome.notes.map((note, place) => (
            <li key={`${place} ${note}`}>{note}</li>
          ))}
        </ul>
      )}
    </>
  );
}
