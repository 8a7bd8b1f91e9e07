import { type ReactNode, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';

import type { Message } from '@/api/schema';
import type { OutgoingMessage } from '@/api/turns/outbox';
import { JumpChip } from '@/features/session/messages/JumpChip';
import { type ListItem, listItems } from '@/features/session/messages/listItems';
import { MessageItem } from '@/features/session/messages/MessageItem';
import type { Target } from '@/features/session/useReading';
import { useMessageScroll } from '@/features/session/messages/useMessageScroll';

/** Room above the first row, where the state of loading older messages is shown. */
const TOP_PX = 24;

interface MessageListProps {
  sessionId: string;
  messages: readonly Message[];
  outgoing: readonly OutgoingMessage[];
  hasMoreAbove: boolean;
  /** What stands above the first message: that older ones are loading, or could not be. */
  top: ReactNode;
  /** Asked for near the top; ignored while nothing more is there. */
  onNearTop: () => void;
  onEdit: (clientRequestId: string) => void;
  /** The message to begin at, which is marked; else the end, or where it was left. */
  target?: Target | null;
  /** Given for messages that stand apart from the newest ones. */
  apart?: Apart | null;
}

interface Apart {
  hasMoreBelow: boolean;
  /** Asked for near the last message; ignored while nothing more is there. */
  onNearEnd: () => void;
  /** What stands over the lower edge, in place of the way to the end. */
  end: ReactNode;
}

/** The messages of a session; only those in sight are mounted. */
export function MessageList(props: MessageListProps) {
  const { sessionId, messages, outgoing, hasMoreAbove, top, onNearTop, onEdit } = props;
  const { target = null, apart = null } = props;
  const scrollerRef = useRef<HTMLDivElement>(null);
  const virtualizerRef = useRef<VirtualizerHandle>(null);
  const items = useMemo(
    () => listItems(messages, outgoing, hasMoreAbove),
    [messages, outgoing, hasMoreAbove],
  );
  const growsAbove = useGrowsAbove(items);
  const { place, onScroll, onResize, jumpToEnd } = useMessageScroll({
    sessionId,
    items,
    scrollerRef,
    virtualizerRef,
    topPx: TOP_PX,
    onNearTop,
    target,
    below: apart,
  });
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollerRef}
        role="log"
        aria-label="Messages"
        // Each word of an answer would be read out; LiveAnnouncer says what matters.
        aria-live="off"
        // What scrolls must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        tabIndex={0}
        className="h-full overflow-x-hidden overflow-y-auto overscroll-contain px-6 [scrollbar-gutter:stable_both-edges] *:pointer-events-auto! max-phone:px-4"
      >
        <div className="grid place-items-center text-note text-muted" style={{ height: TOP_PX }}>
          {top}
        </div>
        <Virtualizer
          ref={virtualizerRef}
          scrollRef={scrollerRef}
          startMargin={TOP_PX}
          data={items}
          shift={growsAbove}
          bufferSize={400}
          onScroll={onScroll}
          onResize={onResize}
        >
          {(item) => (
            <MessageItem
              key={item.key}
              item={item}
              isMarked={item.message !== null && item.message.id === target?.messageId}
              onEdit={onEdit}
            />
          )}
        </Virtualizer>
        <div className="h-8 max-phone:h-4" />
      </div>
      {apart?.end ?? <JumpChip place={place} lastItem={items.at(-1) ?? null} onJump={jumpToEnd} />}
    </div>
  );
}

/** True when the newest change put rows above the first one: then the view keeps to the end. */
function useGrowsAbove(items: readonly ListItem[]): boolean {
  const [known, setKnown] = useState({ items, growsAbove: false });
  if (known.items === items) return known.growsAbove;
  const firstKey = known.items[0]?.key;
  const growsAbove = items.findIndex(({ key }) => key === firstKey) > 0;
  setKnown({ items, growsAbove });
  return growsAbove;
}
