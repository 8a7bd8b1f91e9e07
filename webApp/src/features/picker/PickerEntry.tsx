import { type KeyboardEvent, memo } from 'react';

import { FoldEnd } from '@/features/picker/FoldEnd';
import type { PickerItem } from '@/features/picker/pickerItems';
import type { RenderRowMenu, RowChoice } from '@/features/picker/rowProps';
import { RunRow } from '@/features/picker/RunRow';
import { ScheduleLinkRow } from '@/features/picker/ScheduleLinkRow';
import { ScheduleRow } from '@/features/picker/ScheduleRow';
import { SessionRow } from '@/features/picker/SessionRow';
import { formatLoneTime, formatRowTime } from '@/lib/time';

interface PickerEntryProps {
  item: PickerItem;
  now: Date;
  openSession: { sessionId: string; scheduleId: string | null } | null;
  /** Sessions whose changes wait for the server. */
  waitingIds: ReadonlySet<string>;
  isTabStop: boolean;
  /** Somebody is choosing rows of the list. */
  isChoosing: boolean;
  isChosen: boolean;
  onChoose: (item: PickerItem, how: 'toggle' | 'range') => void;
  onOpen: () => void;
  renderMenu: RenderRowMenu;
  onToggleFold: (scheduleId: string) => void;
  onRetryFold: (scheduleId: string) => void;
  onFocus: (rowKey: string) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/** One item of the list, whatever it is; drawn again only when something about it has changed. */
export const PickerEntry = memo(function PickerEntry(props: PickerEntryProps) {
  const { item, now, openSession, isTabStop, onOpen, onFocus, onKeyDown } = props;
  const { isChoosing, isChosen } = props;
  const choice: RowChoice = { isChoosing, isChosen, onChoose: (how) => props.onChoose(item, how) };
  const row = { rowKey: item.key, isTabStop, onFocus, onKeyDown };
  const isOpen = 'session' in item && item.session.session_id === openSession?.sessionId;
  switch (item.kind) {
    case 'label':
      return <h2 className="h-8 px-2 pt-3 text-xs text-muted max-phone:text-note">{item.text}</h2>;
    case 'session': {
      // What is pinned stands under no day.
      const format = item.session.pinned ? formatLoneTime : formatRowTime;
      return (
        <SessionRow
          {...row}
          session={item.session}
          time={format(new Date(item.session.updated_at), now)}
          isOpen={isOpen}
          isWaiting={props.waitingIds.has(item.session.session_id)}
          choice={choice}
          onOpen={onOpen}
          renderMenu={props.renderMenu}
        />
      );
    }
    case 'schedule': {
      const { schedule, isUnfolded } = item;
      const id = schedule.schedule_id;
      return (
        <ScheduleRow
          {...row}
          schedule={schedule}
          now={now}
          isUnfolded={isUnfolded}
          holdsOpenSession={!isUnfolded && openSession?.scheduleId === id}
          onToggle={() => props.onToggleFold(id)}
        />
      );
    }
    case 'schedule-link':
      return <ScheduleLinkRow {...row} scheduleId={item.schedule.schedule_id} onOpen={onOpen} />;
    case 'run':
      return (
        <RunRow
          {...row}
          session={item.session}
          now={now}
          isOpen={isOpen}
          choice={choice}
          onOpen={onOpen}
        />
      );
    case 'fold-end':
      return (
        <FoldEnd
          schedule={item.schedule}
          fold={item.fold}
          onRetry={() => props.onRetryFold(item.schedule.schedule_id)}
        />
      );
  }
});
