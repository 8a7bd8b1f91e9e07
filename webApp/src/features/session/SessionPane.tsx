import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';

import { ApiError, describeError } from '@/api/apiError';
import { useChatMessages, useChatSession } from '@/api/hooks/useChatHistoryHooks';
import type { Channel, Message, Session } from '@/api/schema';
import { useIsSessionDeleted } from '@/api/hooks/useSessionFeed';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { useAttaching } from '@/features/session/attachments/useAttaching';
import { Composer } from '@/features/session/composer/Composer';
import { LiveAnnouncer } from '@/features/session/messages/LiveAnnouncer';
import { MessageList } from '@/features/session/messages/MessageList';
import { OlderMessages } from '@/features/session/messages/OlderMessages';
import { DeletedNotice } from '@/features/session/DeletedNotice';
import { SessionFrame } from '@/features/session/SessionFrame';
import { SessionHead } from '@/features/session/SessionHead';
import { SkeletonMessages } from '@/features/session/SkeletonMessages';
import { useAnswersFollowed, useStop } from '@/features/session/useAnswers';
import { takeBack, useOutboxResumed, useOutgoing } from '@/features/session/useOutgoing';
import { StatusPage } from '@/lib/ui/StatusPage';

export interface SessionPaneProps {
  sessionId: string;
  /** Leads back to the picker where it is not beside the session; stands first in the head. */
  headStart: ReactNode;
  /** Where the session comes from, in place of its channel's name; null says the name. */
  origin: ReactNode;
  /** What can be done with the session. */
  menu: ReactNode;
  /** The line that says that a demo model answers, or nothing. */
  notice: ReactNode;
}

/** One session: its head, its messages and the composer. */
export function SessionPane(props: SessionPaneProps) {
  const { sessionId, headStart, origin, menu, notice } = props;
  const session = useChatSession(sessionId);
  const list = useChatMessages(sessionId);
  const isDeleted = useIsSessionDeleted(sessionId);
  const runner = useTurnRunner();
  const messages = list.data ?? NO_MESSAGES;
  const stop = useStop(messages);
  const attaching = useAttaching({ draftKey: sessionId, sessionId, isNewSession: false });
  useAnswersFollowed(messages);
  useOutboxResumed();

  // What has been read stays readable.
  if (!(isDeleted && list.data) && (isNotThere(session.error) || isNotThere(list.error))) {
    return <NotThere headStart={headStart} />;
  }
  return (
    <SessionFrame
      head={
        <SessionHead
          session={session.data}
          continuedIn={findOtherChannel(session.data, messages)}
          origin={origin}
          headStart={headStart}
          menu={isDeleted ? null : menu}
        />
      }
      composer={
        isDeleted ? (
          <DeletedNotice sessionId={sessionId} />
        ) : (
          <Composer
            draftKey={sessionId}
            placeholder="Write a message"
            attaching={attaching}
            onSend={(written) => runner.send({ sessionId, ...written })}
            {...stop}
            note={notice}
          />
        )
      }
      onDrop={isDeleted ? null : attaching.add}
    >
      <Messages sessionId={sessionId} list={list} />
    </SessionFrame>
  );
}

const NO_MESSAGES: never[] = [];

/** The channel, other than the session's own, on which its user wrote last. */
function findOtherChannel(
  session: Session | undefined,
  messages: readonly Message[],
): Channel | null {
  if (!session) return null;
  const written = messages.findLast(
    ({ role, channel }) => role === 'user' && channel !== session.channel,
  );
  return written?.channel ?? null;
}

interface MessagesProps {
  sessionId: string;
  list: ReturnType<typeof useChatMessages>;
}

function Messages({ sessionId, list }: MessagesProps) {
  const outgoing = useOutgoing(sessionId);
  if (list.isPending) return <SkeletonMessages />;
  if (!list.data) {
    return (
      <div className="min-h-0 flex-1">
        <StatusPage
          sentence={describeError(list.error)}
          action="Try again"
          onAction={() => void list.refetch()}
        />
      </div>
    );
  }
  if (list.data.length === 0 && outgoing.length === 0) return <NoMessages />;
  const loadOlder = () => {
    // A failure is told above the first message.
    list.fetchNextPage().catch(() => undefined);
  };
  return (
    <>
      <MessageList
        sessionId={sessionId}
        messages={list.data}
        outgoing={outgoing}
        hasMoreAbove={list.hasNextPage}
        top={
          <OlderMessages
            isLoading={list.isFetchingNextPage}
            hasFailed={list.isFetchNextPageError}
            onRetry={loadOlder}
          />
        }
        onNearTop={() => {
          const isBusy = list.isFetchingNextPage || list.isFetchNextPageError;
          if (list.hasNextPage && !isBusy) loadOlder();
        }}
        onEdit={(clientRequestId) => takeBack(clientRequestId, sessionId)}
      />
      <LiveAnnouncer messages={list.data} />
    </>
  );
}

function NoMessages() {
  return (
    <div className="grid min-h-0 flex-1 place-items-center p-6">
      <p className="animate-appear-late text-base text-muted">No messages in this session yet.</p>
    </div>
  );
}

/** No such session, or somebody else's: the server does not tell them apart. */
function isNotThere(error: Error | null): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 422);
}

function NotThere({ headStart }: { headStart: ReactNode }) {
  const navigate = useNavigate();
  return (
    <main className="flex h-full flex-col">
      <div className="flex h-14 flex-none items-center px-1 wide:hidden">{headStart}</div>
      <StatusPage
        sentence="There is no session at this address."
        action="Start a new session"
        onAction={() => void navigate('/new', { replace: true })}
      />
    </main>
  );
}
