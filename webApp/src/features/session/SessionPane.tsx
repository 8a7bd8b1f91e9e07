import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';

import { UNNAMED_AGENT } from '@/api/agents';
import { ApiError } from '@/api/apiError';
import { useChatMessages, useChatSession } from '@/api/hooks/useChatHistoryHooks';
import type { Channel, Message, Session } from '@/api/schema';
import { useIsSessionDeleted } from '@/api/hooks/useSessionFeed';
import { useStartingSession } from '@/api/hooks/useStartingSession';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { useAttaching } from '@/features/session/attachments/useAttaching';
import { Composer } from '@/features/session/composer/Composer';
import { DeletedNotice } from '@/features/session/DeletedNotice';
import { OfflineNote } from '@/features/session/OfflineNote';
import { SessionFrame } from '@/features/session/SessionFrame';
import { SessionHead } from '@/features/session/SessionHead';
import { SessionMessages } from '@/features/session/SessionMessages';
import { useAnswersFollowed, useStop } from '@/features/session/useAnswers';
import { useReading } from '@/features/session/useReading';
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
  const reading = useReading(sessionId, list.data);
  const messages = list.data ?? NO_MESSAGES;
  const stop = useStop(messages);
  const starting = useStartingSession(sessionId);
  const isNewSession = starting !== undefined;
  const attaching = useAttaching({ draftKey: sessionId, sessionId, isNewSession });
  useAnswersFollowed(messages, list.isCurrent);

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
            onSend={(written) => {
              // What is written follows the newest message, and is shown there.
              if (reading.isApart) reading.leave();
              runner.send({ sessionId, ...written, ...startOf(starting) });
            }}
            {...stop}
            note={<OfflineNote otherwise={notice} />}
          />
        )
      }
      onDrop={isDeleted ? null : attaching.add}
    >
      <SessionMessages sessionId={sessionId} list={list} reading={reading} />
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

/** What a message brings along whose session the server does not have yet. */
function startOf(starting: Session | undefined) {
  if (!starting) return undefined;
  const { agent_name: agentName } = starting;
  return { startsSession: true, ...(agentName !== UNNAMED_AGENT && { agentName }) };
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
