import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';

import { useIsOnline } from '@/api/hooks/useIsOnline';
import { usePendingChanges } from '@/api/pendingChanges';
import type { ListFilter } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { PickerEntry } from '@/features/picker/PickerEntry';
import { isRow, pickerItems, type RunSchedule, sessionKey } from '@/features/picker/pickerItems';
import type { RenderRowMenu } from '@/features/picker/rowProps';
import { SelectionHead } from '@/features/picker/SelectionBar';
import { useFocusInPlace } from '@/features/picker/useFocusInPlace';
import { useFolds } from '@/features/picker/useFolds';
import { useListPlace } from '@/features/picker/useListPlace';
import { useListSelection } from '@/features/picker/useListSelection';
import { useRovingRows } from '@/features/picker/useRovingRows';
import type { Selecting } from '@/features/picker/useSelecting';
import { PHONE, useMediaQuery } from '@/lib/useMediaQuery';
import { useNow } from '@/lib/useNow';
import { useStable } from '@/lib/useStable';

const ROW_HEIGHT = 56;
const PHONE_ROW_HEIGHT = 64;
/** How many pixels before its end the list asks for more. */
const LOAD_AHEAD = 600;

interface SessionListProps {
  sessions: Session[];
  /** Schedules that have run; each has a row among the sessions. */
  schedules: RunSchedule[];
  /** Older sessions are there to be loaded. */
  hasMore: boolean;
  openSession: { sessionId: string; scheduleId: string | null } | null;
  selecting: Selecting;
  filter: ListFilter;
  onOpen: () => void;
  renderMenu: RenderRowMenu;
  /** Asked for when the end comes near; ignored while nothing more is there. */
  onNearEnd: () => void;
  /** What stands after the last row: rows still loading, or that they could not be. */
  end: ReactNode;
}

/** The rows under their groups; only those in sight are mounted. */
export function SessionList(props: SessionListProps) {
  const { sessions, schedules, hasMore, filter, openSession, selecting, onNearEnd, end } = props;
  const now = useNow();
  const { folds, toggle, retry } = useFolds(schedules);
  const items = useMemo(
    () => pickerItems({ sessions, schedules, folds, hasMore }, now),
    [sessions, schedules, folds, hasMore, now],
  );
  const listRef = useRef<HTMLElement>(null);
  const virtualizerRef = useRef<VirtualizerHandle>(null);
  const openKey = openSession && sessionKey(openSession.sessionId);
  const selection = useListSelection({ items, openKey, selecting });
  const roving = useRovingRows({
    items,
    openKey,
    listRef,
    virtualizerRef,
    onToggleFold: toggle,
    onShiftMove: selection.onShiftMove,
  });
  const { tabStop } = roving;
  const notePlace = useListPlace({ items, filter, virtualizerRef });
  const rowHeight = useMediaQuery(PHONE) ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
  const isSelecting = selecting.selection !== null;
  useFocusBack(isSelecting, roving.focusStop);
  useFocusInPlace({ items, listRef, focusStop: roving.focusStop });
  const waitingIds = useWaitingIds();
  const handlers = useRowHandlers({ onOpen: props.onOpen, retry, roving, selection });
  const checkEnd = () => {
    const list = virtualizerRef.current;
    if (list && list.scrollOffset + list.viewportSize > list.scrollSize - LOAD_AHEAD) onNearEnd();
  };
  return (
    <>
      <SelectionHead
        selection={isSelecting ? selection : null}
        isArchive={filter === 'archived'}
        onLeave={selecting.leave}
      />
      <nav
        ref={listRef}
        aria-label="Sessions"
        // Clicked while it still scrolls, which the virtualizer would prevent. Held in place by what stands at its end, the list would jump past every page that comes.
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain px-2 pb-2 [overflow-anchor:none] *:pointer-events-auto!"
      >
        <Virtualizer
          ref={virtualizerRef}
          data={items}
          itemSize={rowHeight}
          keepMounted={tabStop ? [tabStop.index] : []}
          onScroll={() => {
            notePlace();
            checkEnd();
          }}
          onResize={() => {
            roving.onMeasured();
            checkEnd();
          }}
        >
          {(item) => (
            <PickerEntry
              key={item.key}
              item={item}
              now={now}
              openSession={openSession}
              waitingIds={waitingIds}
              isChoosing={isSelecting}
              isChosen={selection.isChosen(item)}
              isTabStop={isRow(item) && item.key === tabStop?.key}
              renderMenu={props.renderMenu}
              onToggleFold={toggle}
              {...handlers}
            />
          )}
        </Virtualizer>
        {end}
      </nav>
    </>
  );
}

interface RowHandling {
  onOpen: () => void;
  retry: (scheduleId: string) => void;
  roving: ReturnType<typeof useRovingRows>;
  selection: ReturnType<typeof useListSelection>;
}

/** The same handlers at every drawing, so that a row is not drawn again for them. */
function useRowHandlers({ onOpen, retry, roving, selection }: RowHandling) {
  return {
    onOpen: useStable(onOpen),
    onRetryFold: useStable(retry),
    onFocus: useStable(roving.onFocusRow),
    onChoose: useStable(selection.choose),
    onKeyDown: useStable((event: KeyboardEvent<HTMLElement>) => {
      if (!selection.onKeyDown(event)) roving.onKeyDown(event);
    }),
  };
}

/** What had the focus may be gone when the choosing begins or ends. */
function useFocusBack(isSelecting: boolean, focusStop: () => void): void {
  const before = useRef(isSelecting);
  const latest = useRef(focusStop);
  useEffect(() => {
    latest.current = focusStop;
  });
  useEffect(() => {
    if (before.current === isSelecting) return;
    before.current = isSelecting;
    // The menu it was begun from is still about to close.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) latest.current();
    });
    return () => clearTimeout(timer);
  }, [isSelecting]);
}

const NONE: ReadonlySet<string> = new Set();

/** Sessions with a change that the server is out of reach for. */
function useWaitingIds(): ReadonlySet<string> {
  const pending = usePendingChanges();
  const isOnline = useIsOnline();
  return useMemo(() => (isOnline ? NONE : new Set(pending.keys())), [pending, isOnline]);
}
