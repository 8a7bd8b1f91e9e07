import { ArrowDown } from 'lucide-react';
import { useState } from 'react';

import { useLiveAnswers } from '@/api/turns/liveAnswers';
import type { ListItem } from '@/features/session/messages/listItems';
import type { ReadingPlace } from '@/features/session/messages/useMessageScroll';
import { classNames } from '@/lib/ui/classNames';

interface JumpChipProps {
  place: ReadingPlace;
  lastItem: ListItem | null;
  onJump: () => void;
}

/** Leads to the end from anywhere else, and says when something has been added there. */
export function JumpChip({ place, lastItem, onJump }: JumpChipProps) {
  const message = lastItem?.message ?? null;
  const liveLength = useLiveAnswers(({ answers }) => answers[message?.id ?? 0]?.text.length ?? 0);
  const end = `${lastItem?.key} ${Math.max(liveLength, message?.content.length ?? 0)}`;
  const [seenEnd, setSeenEnd] = useState(end);
  if (place === 'end' && seenEnd !== end) setSeenEnd(end);
  const hasNewText = seenEnd !== end;
  const isShown = hasNewText ? place !== 'end' : place === 'far';
  return (
    <>
      <div
        aria-hidden
        className={classNames(
          'pointer-events-none absolute inset-x-0 bottom-0 h-18 bg-linear-to-t from-page to-transparent',
          isShown ? 'from-33%' : 'to-33%',
        )}
      />
      {isShown && (
        <button
          type="button"
          className="absolute bottom-3 left-1/2 flex h-8 -translate-x-1/2 animate-fade-in items-center gap-2 rounded-box bg-raised px-3 text-note whitespace-nowrap shadow-float-small after:absolute max-phone:after:-inset-1.5"
          onClick={onJump}
        >
          <ArrowDown aria-hidden size={16} className="text-accent" />
          {hasNewText ? 'New text below' : 'Jump to latest'}
        </button>
      )}
    </>
  );
}
