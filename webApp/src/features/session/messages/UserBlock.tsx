import type { ReactNode } from 'react';

import { CopyButton } from '@/features/session/messages/CopyButton';
import { MessageRow } from '@/features/session/messages/MessageRow';

interface UserBlockProps {
  text: string;
  /** Words after the actions. */
  foot: ReactNode;
  versions?: ReactNode;
  /** What can be done beside copying. */
  actions?: ReactNode;
}

/** What the user wrote, in its tinted block at the right edge of the column. */
export function UserBlock({ text, foot, versions, actions }: UserBlockProps) {
  return (
    <MessageRow
      label="Your message"
      className="flex flex-col items-end"
      footClassName="mt-1 flex-row-reverse text-right"
      foot={foot}
      versions={versions}
      actions={
        <>
          <CopyButton look="icon" text={() => text} />
          {actions}
        </>
      }
    >
      <p className="max-w-112 rounded-box bg-accent-soft px-4 py-3 text-base wrap-anywhere whitespace-pre-wrap max-phone:max-w-72">
        {text}
      </p>
    </MessageRow>
  );
}
