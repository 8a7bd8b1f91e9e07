import { useNavigate } from 'react-router';

import type { useChatMessages } from '@/api/hooks/useChatHistoryHooks';
import { useIsSessionDeleted } from '@/api/hooks/useSessionFeed';
import { useStartingSession } from '@/api/hooks/useStartingSession';
import { LiveAnnouncer } from '@/features/session/messages/LiveAnnouncer';
import { LeaveReading } from '@/features/session/messages/leaveReading';
import { MessageList } from '@/features/session/messages/MessageList';
import { OlderMessages } from '@/features/session/messages/OlderMessages';
import { ReadOnly } from '@/features/session/messages/readOnly';
import { ReadingEnd } from '@/features/session/ReadingEnd';
import { SkeletonMessages } from '@/features/session/SkeletonMessages';
import { UnreadMessages } from '@/features/session/UnreadMessages';
import type { Reading } from '@/features/session/useReading';
import { takeBack, takeBackSession, useOutgoing } from '@/features/session/useOutgoing';
import { NEW_SESSION_DRAFT } from '@/stores/useChatStore';

interface SessionMessagesProps {
  sessionId: string;
  list: ReturnType<typeof useChatMessages>;
  reading: Reading;
}

/** The newest messages of a session, those around another one, or what stands in their place. */
export function SessionMessages({ sessionId, list, reading }: SessionMessagesProps) {
  const outgoing = useOutgoing(sessionId);
  const isStarting = useStartingSession(sessionId) !== undefined;
  const isDeleted = useIsSessionDeleted(sessionId);
  const navigate = useNavigate();
  const edit = (clientRequestId: string) => {
    takeBack(clientRequestId, sessionId);
    // Without its only message there is no such session.
    if (!isStarting || outgoing.length > 1) return;
    takeBackSession(sessionId, NEW_SESSION_DRAFT);
    void navigate('/new', { replace: true });
  };
  if (list.isPending) return <SkeletonMessages />;
  if (!list.data) {
    return (
      <UnreadMessages
        sessionId={sessionId}
        error={list.error}
        outgoing={outgoing}
        onEdit={edit}
        onRetry={() => void list.refetch()}
      />
    );
  }
  if (list.data.length === 0 && outgoing.length === 0) return <NoMessages />;
  if (reading.isApart && !reading.around.data) return <SkeletonMessages />;
  const shown = reading.isApart ? apartOf(reading) : newestOf(list);
  return (
    <ReadOnly value={isDeleted}>
      <LeaveReading value={reading.isApart ? reading.show : STAY}>
        <MessageList
          key={reading.target?.visit}
          sessionId={sessionId}
          messages={shown.messages ?? list.data}
          outgoing={reading.isApart ? NOTHING : outgoing}
          hasMoreAbove={shown.hasMore}
          top={
            <OlderMessages
              isLoading={shown.isLoading}
              hasFailed={shown.hasFailed}
              onRetry={shown.load}
            />
          }
          onNearTop={() => {
            if (shown.hasMore && !shown.isLoading && !shown.hasFailed) shown.load();
          }}
          onEdit={edit}
          target={reading.target}
          apart={
            reading.isApart
              ? {
                  hasMoreBelow: reading.around.hasNextPage,
                  onNearEnd: () => loadBelow(reading),
                  end: <ReadingEnd sessionId={sessionId} reading={reading} />,
                }
              : null
          }
        />
        <LiveAnnouncer messages={list.data} />
      </LeaveReading>
    </ReadOnly>
  );
}

const NOTHING: never[] = [];
const STAY = () => undefined;

/** What is shown, and how more is loaded above it. */
interface Shown {
  messages: ReturnType<typeof useChatMessages>['data'];
  hasMore: boolean;
  isLoading: boolean;
  hasFailed: boolean;
  load: () => void;
}

function newestOf(list: SessionMessagesProps['list']): Shown {
  return {
    messages: list.data,
    hasMore: list.hasNextPage,
    isLoading: list.isFetchingNextPage,
    hasFailed: list.isFetchNextPageError,
    load: () => {
      // A failure is told above the first message.
      list.fetchNextPage().catch(() => undefined);
    },
  };
}

function apartOf({ around }: Reading): Shown {
  return {
    messages: around.data?.messages,
    hasMore: around.hasPreviousPage,
    isLoading: around.isFetchingPreviousPage,
    hasFailed: around.isFetchPreviousPageError,
    load: () => void around.fetchPreviousPage(),
  };
}

function loadBelow({ around }: Reading): void {
  if (around.hasNextPage && !around.isFetching && !around.isFetchNextPageError) {
    void around.fetchNextPage();
  }
}

function NoMessages() {
  return (
    <div className="grid min-h-0 flex-1 place-items-center p-6">
      <p className="animate-appear-late text-base text-muted">No messages in this session yet.</p>
    </div>
  );
}
