import { useMatch } from 'react-router';

import { useChatSessions } from '@/api/hooks/useChatHistoryHooks';
import type { Channel } from '@/api/schema';
import { ListMessage } from '@/features/picker/ListMessage';
import { SessionList } from '@/features/picker/SessionList';
import { SkeletonRows } from '@/features/picker/SkeletonRows';
import { useChatStore } from '@/stores/useChatStore';

const NONE_IN: Record<Channel, string> = {
  web: 'No sessions on the web yet.',
  telegram: 'No sessions from Telegram yet.',
  scheduled: 'No runs of schedules yet.',
};

interface SessionListSwitchProps {
  channel: Channel | null;
  onOpen: () => void;
  /** Given what was pressed, which gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
}

/** The list, or what stands in its place: loading, failed, nothing yet. */
export function SessionListSwitch(props: SessionListSwitchProps) {
  const { channel, onOpen, onConnectTelegram } = props;
  const list = useChatSessions(channel);
  const openSessionId = useMatch('/sessions/:sessionId')?.params.sessionId ?? null;
  const showAll = useChatStore((state) => state.setChannelFilter);

  if (list.isPending) {
    return (
      <div className="min-h-0 flex-1 overflow-hidden px-2 pt-8">
        <SkeletonRows count={8} />
      </div>
    );
  }
  if (!list.data) {
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
  if (list.data.length === 0) {
    return (
      <div className="flex-1">
        {channel === null ? (
          <ListMessage
            sentence="Sessions from Telegram and schedules appear here too."
            action="Connect Telegram"
            onAction={onConnectTelegram}
          />
        ) : (
          <ListMessage
            sentence={NONE_IN[channel]}
            action="Show all sessions"
            onAction={() => showAll('all')}
          />
        )}
      </div>
    );
  }
  return (
    <SessionList
      // Another channel is another list: it starts at its top.
      key={channel}
      sessions={list.data}
      openSessionId={openSessionId}
      onOpen={onOpen}
      onNearEnd={() => {
        if (list.hasNextPage && !list.isFetchingNextPage && !list.isFetchNextPageError)
          void list.fetchNextPage();
      }}
      end={<ListEnd list={list} />}
    />
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
