import { type ReactNode, useId } from 'react';

import { classNames } from '@/lib/ui/classNames';

/** The look of a field one writes into; 16 px text on a phone, or the browser would zoom in. */
export const FIELD = classNames(
  'block w-full min-w-0 rounded-box bg-raised px-3 text-sm inset-ring inset-ring-line-strong',
  'placeholder:text-muted aria-invalid:inset-ring-failed max-phone:text-base',
);

interface ControlProps {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string;
}

interface FormFieldProps {
  label: string;
  /** What is wrong with what stands in it, as a sentence. */
  problem?: string | null;
  /** Said while nothing is wrong. */
  hint?: ReactNode;
  className?: string;
  children: (control: ControlProps) => ReactNode;
}

/** A label, a control, and under it what is wrong or a hint. */
export function FormField({ label, problem = null, hint, className, children }: FormFieldProps) {
  const id = useId();
  return (
    <div className={classNames('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="text-note text-soft">
        {label}
      </label>
      {children({ id, 'aria-invalid': problem !== null, 'aria-describedby': `${id}-more` })}
      <FieldNote id={`${id}-more`} problem={problem} hint={hint} />
    </div>
  );
}

interface FieldNoteProps {
  id: string;
  problem: string | null;
  hint?: ReactNode;
}

/** The line under a control; gone while there is nothing to say. */
export function FieldNote({ id, problem, hint }: FieldNoteProps) {
  return (
    <div id={id} className="text-note text-muted empty:hidden">
      {problem === null ? (
        hint
      ) : (
        <p role="alert" className="text-failed">
          {problem}
        </p>
      )}
    </div>
  );
}
