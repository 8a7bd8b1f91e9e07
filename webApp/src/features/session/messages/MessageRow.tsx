import type { ReactNode } from 'react';

import { usePressed } from '@/features/session/messages/usePressed';
import { classNames } from '@/lib/ui/classNames';

interface MessageRowProps {
  label: string;
  className?: string;
  footClassName: string;
  /** Words of the line under the message; its height is reserved. */
  foot: ReactNode;
  /** The way to other versions of the message; always seen. */
  versions?: ReactNode;
  /** Buttons that show on hover, focus or long press. */
  actions: ReactNode;
  children: ReactNode;
}

/** On a phone there is room for the words or for the actions. */
const FOOT = classNames(
  'max-phone:group-data-pressed/message:hidden',
  'max-phone:group-has-[[data-actions]:focus-within]/message:hidden',
  'max-phone:group-has-[[data-state=open]]/message:hidden',
);

/** Out of sight they take no room on a phone, and can still be reached by keyboard. */
const ACTIONS = classNames(
  'pointer-events-none flex opacity-0 max-phone:absolute',
  'group-focus-within/message:pointer-events-auto group-focus-within/message:opacity-100',
  'group-hover/message:pointer-events-auto group-hover/message:opacity-100',
  'group-data-pressed/message:pointer-events-auto group-data-pressed/message:opacity-100',
  'has-[[data-state=open]]:pointer-events-auto has-[[data-state=open]]:opacity-100',
  'max-phone:has-[[data-state=open]]:static',
  'max-phone:focus-within:static max-phone:group-hover/message:static max-phone:group-data-pressed/message:static',
);

/** A message and the line under it. On a phone a long press puts the actions in place of the words. */
export function MessageRow(props: MessageRowProps) {
  const { label, className, footClassName, foot, versions, actions, children } = props;
  const { isPressed, pressHandlers } = usePressed();
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
        {foot && <span className={FOOT}>{foot}</span>}
        {versions}
        {actions && (
          <span data-actions className={ACTIONS}>
            {actions}
          </span>
        )}
      </div>
    </article>
  );
}
