import type { ReactNode } from 'react';
import { useLocation, useNavigate } from 'react-router';

import { takeNewSessionId } from '@/api/attachments/draftFiles';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { useAttaching } from '@/features/session/attachments/useAttaching';
import { DropZone } from '@/features/session/attachments/DropZone';
import { AgentChoice, useChosenAgentName } from '@/features/session/AgentChoice';
import { Composer } from '@/features/session/composer/Composer';
import type { SessionPaneProps } from '@/features/session/SessionPane';
import { newId } from '@/lib/newId';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { NEW_SESSION_DRAFT } from '@/stores/useChatStore';

/** The composer of a session that does not exist yet; its first message makes it. */
export function NewSessionPane({
  headStart,
  notice,
}: Omit<SessionPaneProps, 'sessionId' | 'origin' | 'menu'>) {
  const runner = useTurnRunner();
  const draftKey = NEW_SESSION_DRAFT;
  const attaching = useAttaching({ draftKey, sessionId: null, isNewSession: true });
  const agentName = useChosenAgentName();
  const navigate = useNavigate();
  const { state } = useLocation() as { state: unknown };
  return (
    <Welcome
      headStart={headStart}
      onDrop={attaching.add}
      composer={
        <Composer
          draftKey={draftKey}
          placeholder="Write your first message"
          attaching={attaching}
          onSend={(written) => {
            const sessionId = takeNewSessionId() ?? newId();
            const start = { startsSession: true, ...(agentName && { agentName }) };
            runner.send({ sessionId, ...written, ...start });
            void navigate(`/sessions/${sessionId}`, { replace: true, state });
          }}
          onStop={null}
          note={notice}
        />
      }
    />
  );
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
