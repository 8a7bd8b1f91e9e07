import { SquarePen } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { Virtualizer, type VirtualizerHandle } from 'virtua';

import { addressOf, type PaletteItem } from '@/features/search/paletteItems';
import { SearchHit } from '@/features/search/SearchHit';
import { FROM_PICKER } from '@/lib/fromPicker';
import { useNow } from '@/lib/useNow';

/** How many pixels before its end the list asks for more. */
const LOAD_AHEAD = 400;

export const LIST_ID = 'palette-list';
export const optionId = (index: number) => `${LIST_ID}-${index}`;

interface PaletteListProps {
  items: readonly PaletteItem[];
  /** What was looked for. */
  query: string;
  activeIndex: number;
  hasMore: boolean;
  virtualizerRef: RefObject<VirtualizerHandle | null>;
  onPoint: (index: number) => void;
  onChoose: (item: PaletteItem) => void;
  /** Asked for while the end is near. */
  onNearEnd: () => void;
}

/** What can be chosen; only the lines in sight are mounted, however far it was scrolled. */
export function PaletteList(props: PaletteListProps) {
  const { items, query, activeIndex, hasMore, virtualizerRef, onNearEnd } = props;
  const listRef = useRef<HTMLDivElement>(null);
  const checkEnd = () => {
    const list = virtualizerRef.current;
    if (list && list.scrollOffset + list.viewportSize > list.scrollSize - LOAD_AHEAD) onNearEnd();
  };
  // A page may hold too little to reach the end of the view, or nothing at all.
  useEffect(checkEnd);
  const hasOptions = items.length > 0;
  return (
    <div
      ref={listRef}
      id={LIST_ID}
      {...(hasOptions && { role: 'listbox', 'aria-label': 'Results' })}
      className="h-[min(400px,50dvh)] overflow-x-hidden overflow-y-auto overscroll-contain p-2 *:pointer-events-auto! max-phone:h-auto max-phone:flex-1"
    >
      <Virtualizer
        ref={virtualizerRef}
        scrollRef={listRef}
        data={items}
        bufferSize={300}
        keepMounted={hasOptions ? [activeIndex] : []}
        onScroll={checkEnd}
        onResize={checkEnd}
      >
        {(item, index) => (
          <Option
            key={item.key}
            item={item}
            query={query}
            place={{ index, count: hasMore ? -1 : items.length, isActive: index === activeIndex }}
            onPoint={props.onPoint}
            onChoose={props.onChoose}
          />
        )}
      </Virtualizer>
    </div>
  );
}

interface OptionProps {
  item: PaletteItem;
  query: string;
  place: { index: number; count: number; isActive: boolean };
  onPoint: (index: number) => void;
  onChoose: (item: PaletteItem) => void;
}

/** The field keeps the focus, so a line is reached by pointer or through the field's keys. */
function Option({ item, query, place, onPoint, onChoose }: OptionProps) {
  const now = useNow();
  const shared = {
    id: optionId(place.index),
    role: 'option',
    tabIndex: -1,
    'aria-selected': place.isActive,
    'aria-posinset': place.index + 1,
    'aria-setsize': place.count,
    className:
      'block w-full rounded-box text-left outline-none select-none aria-selected:bg-selected',
    // Not when it comes under the pointer by scrolling.
    onPointerMove: () => onPoint(place.index),
  };
  if (item.kind === 'hit') {
    return (
      <Link
        {...shared}
        to={addressOf(item.session)}
        state={FROM_PICKER}
        draggable={false}
        onClick={(event) => {
          // Left to the browser: another tab or window.
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          onChoose(item);
        }}
      >
        <SearchHit session={item.session} query={query} now={now} />
      </Link>
    );
  }
  return (
    <button {...shared} type="button" onClick={() => onChoose(item)}>
      {item.kind === 'command' ? (
        <NamedLine icon={item.command.icon}>{item.command.label}</NamedLine>
      ) : (
        <NamedLine icon={<SquarePen aria-hidden size={16} />}>
          New session about “{item.text}”
        </NamedLine>
      )}
    </button>
  );
}

function NamedLine({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span className="flex h-10 items-center gap-3 px-2 text-sm max-phone:h-12 max-phone:text-base">
      <span className="grid size-7 flex-none place-items-center text-icon">{icon}</span>
      <span className="min-w-0 truncate">{children}</span>
    </span>
  );
}
