import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

import type { ListItem } from '@/features/session/messages/listItems';
import { keepPlace, keptPlace } from '@/features/session/messages/keptPlaces';
import type { Target } from '@/features/session/useReading';

/** How far from the end still counts as being there. */
const END_PX = 24;
/** How far from the top the next page is asked for. */
const LOAD_AHEAD_PX = 800;
/** How much of what was said before is seen above the message in question. */
const ABOVE_TARGET_PX = 96;

/** Where the reader is: at the end, a little above it, or more than a screen away. */
export type ReadingPlace = 'end' | 'near' | 'far';

interface MessageScrollOptions {
  sessionId: string;
  items: readonly ListItem[];
  scrollerRef: RefObject<HTMLElement | null>;
  virtualizerRef: RefObject<VirtualizerHandle | null>;
  /** What stands above the first row. */
  topPx: number;
  onNearTop: () => void;
  /** The message to begin at. */
  target: Target | null;
  /** Given where messages follow that are not the newest ones: there is no end to stay at. */
  below: { hasMoreBelow: boolean; onNearEnd: () => void } | null;
}

/** Where to begin: where this visit was left, else at the message in question; null for the end. */
function findStart({ sessionId, items, target }: MessageScrollOptions) {
  const kept = keptPlace(sessionId);
  if (kept && kept.visit === (target?.visit ?? null)) {
    const index = items.findIndex(({ key }) => key === kept.key);
    if (index !== -1) return { index, offset: kept.offset };
  }
  const index = items.findIndex(({ message }) => message && message.id === target?.messageId);
  return index === -1 ? null : { index, offset: -ABOVE_TARGET_PX };
}

/**
 * Follows the end of the list while the reader is there, leaves the view alone when they are not,
 * and finds their place again when they come back to the session.
 */
export function useMessageScroll(options: MessageScrollOptions) {
  const { sessionId, items, scrollerRef, virtualizerRef, topPx, onNearTop } = options;
  const { target, below } = options;
  const hasEnd = !below?.hasMoreBelow;
  const [place, setPlace] = useState<ReadingPlace>('end');
  const isFollowing = useRef(true);
  const last = useRef({ top: 0, height: 0 });

  const moveToEnd = () => {
    const scroller = scrollerRef.current;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  };

  const look = () => {
    const scroller = scrollerRef.current;
    const list = virtualizerRef.current;
    if (!scroller || !list || items.length === 0) return;
    const { scrollTop: top, scrollHeight: height, clientHeight } = scroller;
    last.current = { top, height };
    const distance = height - top - clientHeight;
    setPlace(distance <= END_PX ? 'end' : distance <= clientHeight ? 'near' : 'far');
    const index = list.findItemIndex(top);
    const offset = top - topPx - list.getItemOffset(index);
    const anchor = { key: items[index]?.key ?? '', offset, visit: target?.visit ?? null };
    keepPlace(sessionId, isFollowing.current ? null : anchor);
    if (top < LOAD_AHEAD_PX) onNearTop();
    if (distance < LOAD_AHEAD_PX) below?.onNearEnd();
  };

  const onScroll = () => {
    const scroller = scrollerRef.current;
    if (!scroller) return;
    const { scrollTop: top, scrollHeight: height, clientHeight } = scroller;
    if (hasEnd && height - top - clientHeight <= END_PX) isFollowing.current = true;
    // A list that shrank moves the view up by itself; only the reader does so otherwise.
    else if (top < last.current.top && height >= last.current.height) isFollowing.current = false;
    look();
  };

  const onResize = () => {
    if (isFollowing.current) moveToEnd();
    look();
  };

  const jumpToEnd = () => {
    isFollowing.current = true;
    moveToEnd();
  };

  useLayoutEffect(() => {
    const start = findStart(options);
    if (!start) return;
    isFollowing.current = false;
    virtualizerRef.current?.scrollToIndex(start.index, { align: 'start', offset: start.offset });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the list appears; the reader moves it afterwards
  }, []);

  useBranchView(options, isFollowing);

  // The reader's own message is always followed; what else arrives only from the end.
  const sentKey = items.findLast(({ outgoing }) => outgoing)?.key;
  const knownSentKey = useRef(sentKey);
  useLayoutEffect(() => {
    if (sentKey !== undefined && sentKey !== knownSentKey.current) isFollowing.current = true;
    knownSentKey.current = sentKey;
    if (isFollowing.current) moveToEnd();
  });

  return { place, onScroll, onResize, jumpToEnd };
}

/**
 * On another branch the view stays where it was, unless an answer is being written to its end and
 * the reader sees where the branches part: another device may have changed it far below.
 */
function useBranchView(options: MessageScrollOptions, followingRef: RefObject<boolean>): void {
  const { items, scrollerRef, virtualizerRef, topPx } = options;
  const knownItems = useRef(items);
  useLayoutEffect(() => {
    const known = new Set(knownItems.current.map(({ key }) => key));
    const lastKey = knownItems.current.at(-1)?.key;
    knownItems.current = items;
    if (lastKey === undefined || items.some(({ key }) => key === lastKey)) return;
    const isWritten = items.at(-1)?.message?.status === 'streaming';
    const scroller = scrollerRef.current;
    const list = virtualizerRef.current;
    if (!isWritten || !scroller || !list) {
      followingRef.current = false;
      return;
    }
    const parting = items.findIndex(({ key }) => !known.has(key));
    const partingTop = topPx + list.getItemOffset(parting);
    followingRef.current ||= partingTop < scroller.scrollTop + scroller.clientHeight;
  }, [items, followingRef, scrollerRef, virtualizerRef, topPx]);
}
