import type { ReactNode } from 'react';

import { useChosenAgent } from '@/api/hooks/useAgentHooks';
import type { Channel, Session } from '@/api/schema';
import { isMakingTitle } from '@/api/sessionTitles';
import { CHANNEL_LABELS } from '@/lib/channel';
import { nameSession } from '@/lib/nameSession';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { classNames } from '@/lib/ui/classNames';

const PLACES: Record<Channel, string> = {
  web: 'on the web',
  telegram: 'in Telegram',
  scheduled: 'by a schedule',
};

interface SessionHeadProps {
  /** Undefined until it is known; the head keeps its height. */
  session: Session | undefined;
  /** Where else its user has written into it; null when nowhere. */
  continuedIn?: Channel | null;
  /** Where it comes from, in place of its channel's name. */
  origin?: ReactNode;
  headStart: ReactNode;
  /** What can be done with it; stands last. */
  menu?: ReactNode;
}

/** What is open: its channel, its title, and which agent answers if not the default one. */
export function SessionHead(props: SessionHeadProps) {
  const { session, continuedIn = null, origin = null, headStart, menu } = props;
  const agent = useChosenAgent(session?.agent_name);
  return (
    <header className="flex h-14 flex-none items-center gap-3 border-b border-line pr-3 pl-4 max-phone:gap-1 max-phone:px-1">
      {headStart}
      {session && (
        <>
          <ChannelTile channel={session.channel} className="size-7 max-phone:mr-2" />
          <div className="min-w-0 flex-1">
            <Title session={session} />
            <p className="truncate text-xs text-muted max-phone:text-note">
              {origin ?? CHANNEL_LABELS[session.channel]}
              {continuedIn && (
                <span className="max-phone:hidden">, continued {PLACES[continuedIn]}</span>
              )}
              {agent !== null && ` · ${agent}`}
            </p>
          </div>
          {menu}
        </>
      )}
    </header>
  );
}

/** In its place from the old title to the new one, and quiet while that is being made. */
function Title({ session }: { session: Session }) {
  const isMaking = isMakingTitle(session);
  return (
    <>
      <h1
        dir="auto"
        aria-busy={isMaking}
        className={classNames(
          'truncate text-left text-sm font-semibold max-phone:text-base',
          isMaking && 'animate-pulse-dot',
        )}
      >
        {nameSession(session)}
      </h1>
      <span role="status" className="sr-only">
        {isMaking && 'Making a title…'}
      </span>
    </>
  );
}
