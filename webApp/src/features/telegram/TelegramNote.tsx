import { CircleAlert, Send } from 'lucide-react';
import type { ReactNode } from 'react';

import { useTelegramLinks } from '@/api/hooks/useTelegramHooks';
import type { SessionReceiver } from '@/api/schema';

interface TelegramNoteProps {
  /** The chat that also gets what is written here; null when none does. */
  receiver: SessionReceiver | null;
  otherwise: ReactNode;
}

/** Says under the composer that what is written goes to Telegram too; else the other note. */
export function TelegramNote({ receiver, otherwise }: TelegramNoteProps) {
  if (receiver === null) return otherwise;
  return <ReceiverNote status={receiver.status} otherwise={otherwise} />;
}

interface ReceiverNoteProps {
  status: SessionReceiver['status'];
  otherwise: ReactNode;
}

function ReceiverNote({ status, otherwise }: ReceiverNoteProps) {
  const { data } = useTelegramLinks();
  // Without a bot nothing goes out; whether there is one, a session does not know.
  if (data?.is_configured === false) return otherwise;
  if (status === 'blocked') {
    return (
      <p className="flex items-center gap-2">
        <CircleAlert aria-hidden size={14} className="flex-none text-failed" />
        <span>
          The bot is blocked in Telegram.
          <span className="max-phone:hidden"> What you write will not arrive there.</span>
        </span>
      </p>
    );
  }
  return (
    <p className="flex items-center gap-2">
      <Send aria-hidden size={14} className="flex-none text-telegram" />
      <span className="max-phone:hidden">
        Your message and the answer will also go to Telegram.
      </span>
      <span className="phone:hidden">What you write also goes to Telegram.</span>
    </p>
  );
}
