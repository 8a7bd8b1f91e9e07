import type { ReactNode } from 'react';

import { CopyButton } from '@/features/session/messages/CopyButton';
import { useLongPress } from '@/features/session/messages/useLongPress';
import { classNames } from '@/lib/ui/classNames';

interface MessageRowProps {
  label: string;
  className?: string;
  footClassName: string;
  /** Words of the line under the message; its height is reserved. */
  foot: ReactNode;
  /** What copying gives; null while there is nothing to copy. */
  copyText: (() => string) | null;
  children: ReactNode;
}

/** A message and the line under it, whose action shows on hover, focus or long press. */
export function MessageRow(props: MessageRowProps) {
  const { label, className, footClassName, foot, copyText, children } = props;
  const { isPressed, pressHandlers } = useLongPress();
  return (
    <article
      aria-label={label}
      className={classNames('group/message', className)}
      data-pressed={isPressed || undefined}
      {...pressHandlers}
    >
      {children}
      <div
        className={classNames(
          'flex min-h-6 items-center gap-2 text-note text-muted',
          footClassName,
        )}
      >
        {foot}
        {copyText && (
          <span className="pointer-events-none flex opacity-0 group-focus-within/message:pointer-events-auto group-focus-within/message:opacity-100 group-hover/message:pointer-events-auto group-hover/message:opacity-100 group-data-pressed/message:pointer-events-auto group-data-pressed/message:opacity-100">
            <CopyButton look="icon" text={copyText} />
          </span>
        )}
      </div>
    </article>
  );
}
