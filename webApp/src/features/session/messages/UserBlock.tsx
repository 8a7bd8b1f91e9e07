import type { ReactNode } from 'react';

import { MessageRow } from '@/features/session/messages/MessageRow';

interface UserBlockProps {
  text: string;
  /** Words after the copy button. */
  foot: ReactNode;
}

/** What the user wrote, in its tinted block at the right edge of the column. */
export function UserBlock({ text, foot }: UserBlockProps) {
  return (
    <MessageRow
      label="Your message"
      className="flex flex-col items-end"
      copyText={() => text}
      footClassName="mt-1 flex-row-reverse text-right"
      foot={foot}
    >
      <p className="max-w-112 rounded-box bg-accent-soft px-4 py-3 text-base wrap-anywhere whitespace-pre-wrap max-phone:max-w-72">
        {text}
      </p>
    </MessageRow>
  );
}
