import { useMemo } from 'react';
import { useMatch } from 'react-router';

import { useChatSessions, useKnownSession, useWithPinned } from '@/api/hooks/useChatHistoryHooks';
import { useSchedules } from '@/api/hooks/useScheduleHooks';
import { useStaying } from '@/api/hooks/useStaying';
import type { ListFilter } from '@/api/queryKeys';
import { ListMessage } from '@/features/picker/ListMessage';
import { hasRun } from '@/features/picker/pickerItems';
import type { RenderRowMenu } from '@/features/picker/rowProps';
import { SessionList } from '@/features/picker/SessionList';
import { SkeletonRows } from '@/features/picker/SkeletonRows';
import type { Selecting } from '@/features/picker/useSelecting';

import { useChatStore } from '@/stores/useChatStore';

const NONE_IN: Record<NonNullable<ListFilter>, string> = {
  web: 'No sessions on the web yet.',
  telegram: 'No sessions from Telegram yet.',
  scheduled: 'No runs of schedules yet.',
  archived: 'Nothing is in the archive.',
};

interface SessionListSwitchProps {
  filter: ListFilter;
  selecting: Selecting;
  onOpen: () => void;
  renderMenu: RenderRowMenu;
  /** Given what was pressed, which gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
}

/** The list, or what stands in its place: loading, failed, nothing yet. */
export function SessionListSwitch(props: SessionListSwitchProps) {
  const { filter, selecting, onOpen, renderMenu, onConnectTelegram } = props;
  const list = useChatSessions(filter);
  const sessions = useStaying(useWithPinned(filter, list.data));
  const schedules = useRunSchedules(filter);
  const openSession = useOpenSession();
  const showAll = useChatStore((state) => state.setChannelFilter);

  if (list.isPending || schedules === undefined || (list.data && !sessions)) {
    return (
      <div className="min-h-0 flex-1 overflow-hidden px-2 pt-8">
        <SkeletonRows count={8} />
      </div>
    );
  }
  if (!sessions) {
    return (
      <div className="flex-1">
        <ListMessage
          sentence="Could not load your sessions."
          action="Try again"
          onAction={() => void list.refetch()}
        />
      </div>
    );
  }
  if (sessions.length === 0 && schedules.length === 0 && !list.hasNextPage) {
    return (
      <div className="flex-1">
        {filter === null ? (
          <ListMessage
            sentence="Sessions from Telegram and schedules appear here too."
            action="Connect Telegram"
            onAction={onConnectTelegram}
          />
        ) : (
          <ListMessage
            sentence={NONE_IN[filter]}
            action="Show all sessions"
            onAction={() => showAll('all')}
          />
        )}
      </div>
    );
  }
  return (
    <SessionList
      // Another filter is another list: it starts at its top.
      key={filter}
      sessions={sessions}
      schedules={schedules}
      hasMore={list.hasNextPage}
      openSession={openSession}
      selecting={selecting}
      filter={filter}
      onOpen={onOpen}
      renderMenu={renderMenu}
      onNearEnd={() => {
        if (list.hasNextPage && !list.isFetchingNextPage && !list.isFetchNextPageError)
          void list.fetchNextPage();
      }}
      end={<ListEnd list={list} />}
    />
  );
}

/** Schedules stand among the sessions of all channels, and among those of their own. */
function useRunSchedules(filter: ListFilter) {
  const { data, isFetched, failureCount } = useSchedules();
  const isAnswered = isFetched || failureCount > 0;
  const isShown = filter === null || filter === 'scheduled';
  return useMemo(() => {
    if (!isShown) return [];
    // Without an answer about schedules the sessions are still worth showing.
    return data || isAnswered ? (data ?? []).filter(hasRun) : undefined;
  }, [data, isAnswered, isShown]);
}

function useOpenSession() {
  const sessionId = useMatch('/sessions/:sessionId')?.params.sessionId ?? null;
  const scheduleId = useKnownSession(sessionId)?.schedule_id ?? null;
  return useMemo(
    () => (sessionId === null ? null : { sessionId, scheduleId }),
    [sessionId, scheduleId],
  );
}

/** Below the last row: the place of the next ones, or that they could not be loaded. */
function ListEnd({ list }: { list: ReturnType<typeof useChatSessions> }) {
  if (list.isFetchNextPageError) {
    return (
      <ListMessage
        sentence="Could not load older sessions."
        action="Try again"
        onAction={() => void list.fetchNextPage()}
      />
    );
  }
  return list.hasNextPage ? <SkeletonRows count={3} /> : null;
}
