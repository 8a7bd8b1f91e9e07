import { type ReactNode, useLayoutEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';

import { useOutbox } from '@/api/turns/outbox';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { Composer } from '@/features/session/composer/Composer';
import { MessageList } from '@/features/session/messages/MessageList';
import { SessionFrame } from '@/features/session/SessionFrame';
import { SessionHead } from '@/features/session/SessionHead';
import type { SessionPaneProps } from '@/features/session/SessionPane';
import { takeBack, useOutboxResumed, useOutgoing } from '@/features/session/useOutgoing';
import { newId } from '@/lib/newId';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { NEW_SESSION_DRAFT } from '@/stores/useChatStore';

/** The composer of a session that does not exist yet; its first message makes it. */
export function NewSessionPane({
  headStart,
  notice,
}: Omit<SessionPaneProps, 'sessionId' | 'origin' | 'menu'>) {
  const runner = useTurnRunner();
  const { startedId, setStartedId } = useStartedSession();
  const outgoing = useOutgoing(startedId);
  useOutboxResumed();

  const composer = (
    <Composer
      draftKey={NEW_SESSION_DRAFT}
      placeholder={startedId === null ? 'Write your first message' : 'Write a message'}
      onSend={(content) => {
        const sessionId = startedId ?? newId();
        setStartedId(sessionId);
        runner.send({ sessionId, content, startsSession: true });
      }}
      onStop={null}
      note={notice}
    />
  );
  if (startedId === null) return <Welcome headStart={headStart} composer={composer} />;
  return (
    <SessionFrame
      head={<SessionHead session={undefined} headStart={headStart} />}
      composer={composer}
    >
      <MessageList
        sessionId={startedId}
        messages={[]}
        outgoing={outgoing}
        hasMoreAbove={false}
        top={null}
        onNearTop={() => undefined}
        onEdit={(clientRequestId) => {
          takeBack(clientRequestId, NEW_SESSION_DRAFT);
          if (outgoing.length === 1) setStartedId(null);
        }}
      />
    </SessionFrame>
  );
}

/** The session whose first message is on its way; its page takes over once it is there. */
function useStartedSession() {
  const navigate = useNavigate();
  const { state } = useLocation() as { state: unknown };
  const [startedId, setStartedId] = useState(
    () => useOutbox.getState().messages.find((message) => message.startsSession)?.sessionId ?? null,
  );
  const isStarting = useOutbox(({ messages }) =>
    messages.some((message) => message.startsSession && message.sessionId === startedId),
  );
  useLayoutEffect(() => {
    if (startedId === null || isStarting) return;
    void navigate(`/sessions/${startedId}`, { replace: true, state });
  }, [startedId, isStarting, navigate, state]);
  return { startedId, setStartedId };
}

interface WelcomeProps {
  headStart: ReactNode;
  composer: ReactNode;
}

function Welcome({ headStart, composer }: WelcomeProps) {
  return (
    <main className="flex h-full flex-col">
      <div className="flex h-14 flex-none items-center px-1 wide:hidden">{headStart}</div>
      <div className="flex min-h-0 flex-1 flex-col justify-center px-6 pb-24 max-phone:px-2">
        <div className="mx-auto w-full max-w-140">
          <div aria-hidden className="mb-6 flex gap-2 max-phone:px-2">
            <ChannelTile channel="web" className="size-8" />
            <ChannelTile channel="telegram" className="size-8" />
            <ChannelTile channel="scheduled" className="size-8" />
          </div>
          <h1 className="mb-6 text-xl max-phone:px-2">
            Everything you ask your agents, in one list.
          </h1>
        </div>
        {composer}
      </div>
    </main>
  );
}
