import { CircleAlert, Hourglass, Pin } from 'lucide-react';
import { Link } from 'react-router';

import { useUnsent } from '@/api/hooks/useStartingSession';
import type { Session } from '@/api/schema';
import { isMakingTitle } from '@/api/sessionTitles';
import { ChoiceBox } from '@/features/picker/ChoiceBox';
import {
  CHOOSABLE_ROW,
  type RenderRowMenu,
  rowAttributes,
  type RowChoice,
  rowGround,
  type RowProps,
} from '@/features/picker/rowProps';
import { useChoosableRow } from '@/features/picker/useChoosableRow';
import { CHANNEL_LABELS } from '@/lib/channel';
import { FROM_PICKER } from '@/lib/fromPicker';
import { nameSession } from '@/lib/nameSession';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { classNames } from '@/lib/ui/classNames';
import { PulseDot } from '@/lib/ui/PulseDot';

// The button stands in the time's place while the row is pointed at or holds the focus; a finger
// finds the same menu in the open session.
const MENU = classNames(
  'absolute top-1 right-1 size-7 opacity-0 focus-visible:opacity-100 data-[state=open]:opacity-100',
  'group-focus-within:opacity-100 group-hover:opacity-100 max-phone:hidden',
);
const HIDDEN_BY_MENU = classNames(
  'phone:group-focus-within:invisible phone:group-has-data-[state=open]:invisible',
  'phone:group-hover:invisible',
);

interface SessionRowProps extends RowProps {
  session: Session;
  time: string;
  isOpen: boolean;
  /** Something changed about it waits for the server. */
  isWaiting: boolean;
  choice: RowChoice;
  onOpen: () => void;
  renderMenu: RenderRowMenu;
}

/** One session in the list: glyph, title, time, and its preview or what it is doing. */
export function SessionRow(props: SessionRowProps) {
  const { session, time, isOpen, isTabStop, isWaiting, choice, onOpen, renderMenu } = props;
  const choosable = useChoosableRow({ choice, onOpen });
  return (
    // In its menu one is in the row as well.
    <div role="presentation" className="group relative" onFocus={() => props.onFocus(props.rowKey)}>
      <Link
        to={`/sessions/${encodeURIComponent(session.session_id)}`}
        state={FROM_PICKER}
        draggable={false}
        aria-current={isOpen ? 'page' : undefined}
        className={classNames(
          'grid h-14 grid-cols-[28px_minmax(0,1fr)_auto] grid-rows-[20px_16px] content-center items-center gap-x-3 rounded-box px-2',
          'max-phone:h-16 max-phone:grid-cols-[36px_minmax(0,1fr)_auto] max-phone:grid-rows-[24px_20px]',
          CHOOSABLE_ROW,
          rowGround(isOpen, choice),
        )}
        {...rowAttributes(props)}
        {...choosable}
      >
        {choice.isChoosing ? (
          <ChoiceBox
            isChosen={choice.isChosen}
            channel={session.channel}
            className="row-span-2 size-7 max-phone:size-9"
          />
        ) : (
          <ChannelTile channel={session.channel} className="row-span-2 size-7 max-phone:size-9" />
        )}
        <span
          dir="auto"
          className={classNames(
            'truncate text-left text-sm max-phone:text-base',
            isMakingTitle(session) && 'animate-pulse-dot',
          )}
        >
          {nameSession(session)}
        </span>
        <time
          dateTime={session.updated_at}
          className={classNames(
            'text-right text-xs text-muted max-phone:text-note',
            !choice.isChoosing && HIDDEN_BY_MENU,
          )}
        >
          {time}
        </time>
        <RowDetail session={session} isWaiting={isWaiting} />
      </Link>
      {!choice.isChoosing &&
        renderMenu(session, {
          className: MENU,
          tabIndex: isTabStop ? 0 : -1,
          onChoose: () => choice.onChoose('toggle'),
        })}
    </div>
  );
}

function RowDetail({ session, isWaiting }: { session: Session; isWaiting: boolean }) {
  const unsent = useUnsent(session.session_id);
  if (unsent === 'waiting' || (isWaiting && unsent === null)) {
    return (
      <span className="col-span-2 flex items-center gap-1.5 text-xs text-muted max-phone:text-note">
        <Hourglass aria-hidden size={12} strokeWidth={2.4} className="text-icon-small" />
        {unsent === 'waiting' ? 'Waiting to be sent' : 'Change waiting to be sent'}
      </span>
    );
  }
  if (session.is_answering) {
    return (
      <span className="col-span-2 flex items-center gap-1.5 text-xs text-muted max-phone:text-note">
        <PulseDot className="mx-[3px]" />
        Answering
      </span>
    );
  }
  const failure = unsent === 'refused' ? 'Not sent' : describeFailure(session);
  if (failure !== null) {
    return (
      <span className="col-span-2 flex items-center gap-1.5 text-xs text-failed max-phone:text-note">
        <CircleAlert aria-hidden size={12} strokeWidth={2.4} />
        {failure}
      </span>
    );
  }
  return (
    <>
      <span
        dir="auto"
        className={classNames(
          'truncate text-left text-xs text-muted max-phone:text-note',
          !session.pinned && 'col-span-2',
        )}
      >
        {session.last_message_preview ?? 'No messages yet'}
      </span>
      {session.pinned && (
        <span className="justify-self-end text-icon-small">
          <Pin aria-hidden size={12} strokeWidth={2.4} />
          <span className="sr-only">Pinned</span>
        </span>
      )}
    </>
  );
}

function describeFailure(session: Session): string | null {
  if (session.has_failed_delivery) return `Not delivered to ${CHANNEL_LABELS.telegram}`;
  return session.has_failed_answer ? 'Answer failed' : null;
}
