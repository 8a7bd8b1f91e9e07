import { type ReactNode, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';

import type { Session } from '@/api/schema';
import { PickerEntry } from '@/features/picker/PickerEntry';
import { isRow, pickerItems, type RunSchedule, sessionKey } from '@/features/picker/pickerItems';
import type { RenderRowMenu } from '@/features/picker/rowProps';
import { useFolds } from '@/features/picker/useFolds';
import { useRovingRows } from '@/features/picker/useRovingRows';
import { useNow } from '@/lib/useNow';

const ROW_HEIGHT = 56;
/** How many pixels before its end the list asks for more. */
const LOAD_AHEAD = 600;

interface SessionListProps {
  sessions: Session[];
  /** Schedules that have run; each has a row among the sessions. */
  schedules: RunSchedule[];
  /** Older sessions are there to be loaded. */
  hasMore: boolean;
  openSession: { sessionId: string; scheduleId: string | null } | null;
  onOpen: () => void;
  renderMenu: RenderRowMenu;
  /** Asked for when the end comes near; ignored while nothing more is there. */
  onNearEnd: () => void;
  /** What stands after the last row: rows still loading, or that they could not be. */
  end: ReactNode;
}

/** The rows under their groups; only those in sight are mounted. */
export function SessionList(props: SessionListProps) {
  const { sessions, schedules, hasMore, openSession, onOpen, onNearEnd, end } = props;
  const now = useNow();
  const { folds, toggle, retry } = useFolds(schedules);
  const items = useMemo(
    () => pickerItems({ sessions, schedules, folds, hasMore }, now),
    [sessions, schedules, folds, hasMore, now],
  );
  const listRef = useRef<HTMLElement>(null);
  const virtualizerRef = useRef<VirtualizerHandle>(null);
  const { tabStop, onKeyDown, onFocusRow, onMeasured } = useRovingRows({
    items,
    openKey: openSession && sessionKey(openSession.sessionId),
    listRef,
    virtualizerRef,
    onToggleFold: toggle,
  });
  const checkEnd = () => {
    const list = virtualizerRef.current;
    if (list && list.scrollOffset + list.viewportSize > list.scrollSize - LOAD_AHEAD) onNearEnd();
  };
  return (
    <nav
      ref={listRef}
      aria-label="Sessions"
      className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain px-2 pb-2"
    >
      <Virtualizer
        ref={virtualizerRef}
        data={items}
        itemSize={ROW_HEIGHT}
        keepMounted={tabStop ? [tabStop.index] : []}
        onScroll={checkEnd}
        onResize={() => {
          onMeasured();
          checkEnd();
        }}
      >
        {(item) => (
          <PickerEntry
            key={item.key}
            item={item}
            now={now}
            openSession={openSession}
            isTabStop={isRow(item) && item.key === tabStop?.key}
            onOpen={onOpen}
            renderMenu={props.renderMenu}
            onToggleFold={toggle}
            onRetryFold={retry}
            onFocus={onFocusRow}
            onKeyDown={onKeyDown}
          />
        )}
      </Virtualizer>
      {end}
    </nav>
  );
}
