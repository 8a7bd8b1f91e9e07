import type { ReactNode } from 'react';

import type { Attachment } from '@/api/schema';
import { MessageAttachments } from '@/features/session/attachments/MessageAttachments';
import { CopyButton } from '@/features/session/messages/CopyButton';
import { MessageRow } from '@/features/session/messages/MessageRow';
import { classNames } from '@/lib/ui/classNames';

interface UserBlockProps {
  text: string;
  attachments: readonly Attachment[];
  /** Words after the actions. */
  foot: ReactNode;
  versions?: ReactNode;
  /** What can be done beside copying. */
  actions?: ReactNode;
}

/** What the user wrote, in its tinted block at the right edge of the column. */
export function UserBlock({ text, attachments, foot, versions, actions }: UserBlockProps) {
  return (
    <MessageRow
      label="Your message"
      className="flex flex-col items-end"
      footClassName="mt-1 flex-row-reverse text-right"
      foot={foot}
      versions={versions}
      actions={
        <>
          {text !== '' && <CopyButton look="icon" text={() => text} />}
          {actions}
        </>
      }
    >
      <div
        className={classNames(
          'flex max-w-112 flex-col gap-3 rounded-box bg-accent-soft px-4 py-3 text-base max-phone:max-w-72',
          // Images take their room before their size is known.
          attachments.length > 0 && 'w-full',
        )}
      >
        <MessageAttachments attachments={attachments} />
        {text !== '' && (
          <p dir="auto" className="wrap-anywhere whitespace-pre-wrap">
            {text}
          </p>
        )}
      </div>
    </MessageRow>
  );
}
