import { type ReactNode, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';

import type { Session } from '@/api/schema';
import { groupSessions } from '@/features/picker/groupSessions';
import { SessionRow } from '@/features/picker/SessionRow';
import { useRovingRows } from '@/features/picker/useRovingRows';
import { formatRowTime } from '@/lib/time';
import { useNow } from '@/lib/useNow';

const ROW_HEIGHT = 56;
/** How many pixels before its end the list asks for more. */
const LOAD_AHEAD = 600;

interface SessionListProps {
  sessions: Session[];
  openSessionId: string | null;
  onOpen: () => void;
  /** Asked for when the end comes near; ignored while nothing more is there. */
  onNearEnd: () => void;
  /** What stands after the last row: rows still loading, or that they could not be. */
  end: ReactNode;
}

/** The rows under their groups; only those in sight are mounted. */
export function SessionList({ sessions, openSessionId, onOpen, onNearEnd, end }: SessionListProps) {
  const now = useNow();
  const items = useMemo(() => groupSessions(sessions, now), [sessions, now]);
  const listRef = useRef<HTMLElement>(null);
  const virtualizerRef = useRef<VirtualizerHandle>(null);
  const { tabStop, onKeyDown, onFocusRow, onMeasured } = useRovingRows({
    items,
    openSessionId,
    listRef,
    virtualizerRef,
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
        {(item) =>
          item.kind === 'label' ? (
            <h2 key={item.key} className="h-8 px-2 pt-3 text-xs text-muted max-phone:text-note">
              {item.text}
            </h2>
          ) : (
            <SessionRow
              key={item.key}
              session={item.session}
              time={formatRowTime(new Date(item.session.updated_at), now)}
              isOpen={item.key === openSessionId}
              isTabStop={item.key === tabStop?.id}
              onOpen={onOpen}
              onFocus={onFocusRow}
              onKeyDown={onKeyDown}
            />
          )
        }
      </Virtualizer>
      {end}
    </nav>
  );
}
