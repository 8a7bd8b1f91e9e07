import { type ReactNode, useLayoutEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';

import { takeNewSessionId } from '@/api/attachments/draftFiles';
import { useOutbox } from '@/api/turns/outbox';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { useAttaching } from '@/features/session/attachments/useAttaching';
import { DropZone } from '@/features/session/attachments/DropZone';
import { AgentChoice, useChosenAgentName } from '@/features/session/AgentChoice';
import { Composer } from '@/features/session/composer/Composer';
import { MessageList } from '@/features/session/messages/MessageList';
import { SessionFrame } from '@/features/session/SessionFrame';
import { SessionHead } from '@/features/session/SessionHead';
import type { SessionPaneProps } from '@/features/session/SessionPane';
import {
  takeBack,
  takeBackSession,
  useOutboxResumed,
  useOutgoing,
} from '@/features/session/useOutgoing';
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
  // What is written while the first message is on its way belongs to the session it makes.
  const draftKey = startedId ?? NEW_SESSION_DRAFT;
  const attaching = useAttaching({ draftKey, sessionId: startedId, isNewSession: true });
  const agentName = useChosenAgentName();
  useOutboxResumed();

  const composer = (
    <Composer
      draftKey={draftKey}
      placeholder={startedId === null ? 'Write your first message' : 'Write a message'}
      attaching={attaching}
      onSend={(written) => {
        const sessionId = startedId ?? takeNewSessionId() ?? newId();
        setStartedId(sessionId);
        const start = { startsSession: true, ...(agentName && { agentName }) };
        runner.send({ sessionId, ...written, ...start });
      }}
      onStop={null}
      note={notice}
    />
  );
  if (startedId === null) {
    return <Welcome headStart={headStart} composer={composer} onDrop={attaching.add} />;
  }
  return (
    <SessionFrame
      head={<SessionHead session={undefined} headStart={headStart} />}
      composer={composer}
      onDrop={attaching.add}
    >
      <MessageList
        sessionId={startedId}
        messages={[]}
        outgoing={outgoing}
        hasMoreAbove={false}
        top={null}
        onNearTop={() => undefined}
        onEdit={(clientRequestId) => {
          takeBack(clientRequestId, startedId);
          if (outgoing.length > 1) return;
          takeBackSession(startedId, NEW_SESSION_DRAFT);
          setStartedId(null);
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
  onDrop: (files: readonly File[]) => void;
}

function Welcome({ headStart, composer, onDrop }: WelcomeProps) {
  return (
    <DropZone onDrop={onDrop}>
      <div className="flex h-14 flex-none items-center px-1 wide:hidden">{headStart}</div>
      <div className="flex min-h-0 flex-1 flex-col justify-center px-6 pb-24 max-phone:px-2">
        <div className="mx-auto w-full max-w-140">
          <div aria-hidden className="mb-6 flex gap-2 max-phone:px-2">
            <ChannelTile channel="web" className="size-8" />
            <ChannelTile channel="telegram" className="size-8" />
            <ChannelTile channel="scheduled" className="size-8" />
          </div>
          <h1 className="mb-4 text-xl max-phone:px-2">
            Everything you ask your agents, in one list.
          </h1>
          <div className="mb-2 h-8 max-phone:h-11">
            <AgentChoice />
          </div>
        </div>
        {composer}
      </div>
    </DropZone>
  );
}
