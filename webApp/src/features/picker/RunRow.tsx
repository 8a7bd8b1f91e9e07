import { CircleAlert } from 'lucide-react';
import { Link } from 'react-router';

import type { Session } from '@/api/schema';
import { ChoiceBox } from '@/features/picker/ChoiceBox';
import {
  CHOOSABLE_ROW,
  rowAttributes,
  type RowChoice,
  rowGround,
  type RowProps,
} from '@/features/picker/rowProps';
import { useChoosableRow } from '@/features/picker/useChoosableRow';
import { FROM_PICKER } from '@/lib/fromPicker';
import { formatRunTime } from '@/lib/time';
import { classNames } from '@/lib/ui/classNames';
import { PulseDot } from '@/lib/ui/PulseDot';

interface RunRowProps extends RowProps {
  session: Session;
  now: Date;
  isOpen: boolean;
  choice: RowChoice;
  onOpen: () => void;
}

/** One run under its unfolded schedule: what came of it, and when it began. */
export function RunRow(props: RunRowProps) {
  const { session, now, isOpen, choice, onOpen } = props;
  const choosable = useChoosableRow({ choice, onOpen });
  return (
    <Link
      to={`/sessions/${encodeURIComponent(session.session_id)}`}
      state={FROM_PICKER}
      draggable={false}
      aria-current={isOpen ? 'page' : undefined}
      className={classNames(FOLDED_ROW, CHOOSABLE_ROW, rowGround(isOpen, choice))}
      {...rowAttributes(props)}
      {...choosable}
    >
      <span className="sr-only">Run</span>
      {choice.isChoosing ? (
        <ChoiceBox isChosen={choice.isChosen} />
      ) : (
        <span className="grid place-items-center">
          {session.is_answering && <PulseDot />}
          {session.has_failed_answer && (
            <CircleAlert aria-hidden size={12} strokeWidth={2.4} className="text-failed" />
          )}
        </span>
      )}
      <RunOutcome session={session} />
      <time dateTime={session.created_at} className="text-right text-muted">
        {formatRunTime(new Date(session.created_at), now)}
      </time>
    </Link>
  );
}

/** A row under a schedule: one line, its words in line with the titles above. */
export const FOLDED_ROW = classNames(
  'grid h-8 grid-cols-[28px_minmax(0,1fr)_auto] items-center gap-x-3 rounded-box px-2 text-xs',
  'max-phone:h-11 max-phone:grid-cols-[36px_minmax(0,1fr)_auto] max-phone:text-note',
);

function RunOutcome({ session }: { session: Session }) {
  if (session.is_answering) return <span className="text-muted">Answering</span>;
  if (session.has_failed_answer) return <span className="text-failed">Failed</span>;
  return (
    <span dir="auto" className="truncate text-left">
      {session.last_message_preview ?? 'No messages yet'}
    </span>
  );
}
