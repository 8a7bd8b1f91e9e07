import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import type { VirtualizerHandle } from 'virtua';

import { isCursorRefused } from '@/api/apiError';
import { type SessionSearch, useSessionSearch } from '@/api/hooks/useSessionSearch';
import { useStaying } from '@/api/hooks/useStaying';
import type { Session } from '@/api/schema';
import { LIST_ID, optionId, PaletteList } from '@/features/search/PaletteList';
import {
  addressOf,
  type PaletteCommand,
  type PaletteItem,
  paletteItems,
} from '@/features/search/paletteItems';
import { SearchEnd } from '@/features/search/SearchEnd';
import { SearchFilterBar } from '@/features/search/SearchFilterBar';
import { isBackwards, isNarrowed, NO_FILTERS, rangeOf } from '@/features/search/searchFilters';
import { FROM_PICKER } from '@/lib/fromPicker';
import { isComposing } from '@/lib/isComposing';
import { Modal } from '@/lib/ui/Modal';
import { useNow } from '@/lib/useNow';
import { useSettled } from '@/lib/useSettled';
import { NEW_SESSION_DRAFT, useChatStore } from '@/stores/useChatStore';

const QUERY_MAX_LENGTH = 200;
const PAGE_ROWS = 6;
const SETTLE_MS = 150;
const NO_HITS: readonly Session[] = [];

interface SearchPanelProps {
  /** What opened it and gets the focus back; null while it is closed. */
  opener: HTMLElement | null;
  onClose: () => void;
  /** Called when something was chosen that opens beside the picker. */
  onOpenSession: () => void;
  commands: readonly PaletteCommand[];
}

/** Finds sessions by a piece of their title or of anything said in them, and does things by name. */
export function SearchPanel({ opener, onClose, onOpenSession, commands }: SearchPanelProps) {
  const navigate = useNavigate();
  const choose = (item: PaletteItem) => {
    onClose();
    if (item.kind === 'command') {
      if (opener) item.command.run(opener);
      return;
    }
    if (item.kind === 'start') useChatStore.getState().setDraft(NEW_SESSION_DRAFT, item.text);
    const address = item.kind === 'hit' ? addressOf(item.session) : '/new';
    void navigate(address, { state: FROM_PICKER });
    onOpenSession();
  };
  return (
    <Modal look="palette" title="Search your sessions" opener={opener} onClose={onClose}>
      <Palette commands={commands} onChoose={choose} />
    </Modal>
  );
}

interface PaletteProps {
  commands: readonly PaletteCommand[];
  onChoose: (item: PaletteItem) => void;
}

function Palette({ commands, onChoose }: PaletteProps) {
  const [text, setText] = useState('');
  const [filters, setFilters] = useState(NO_FILTERS);
  const settled = useSettled(text.trim(), SETTLE_MS);
  const now = useNow();
  const { order, channel, archived } = filters;
  const wanted = { text: settled, order, channel, archived, ...rangeOf(filters, now) };
  const search = useHits(wanted, !isBackwards(filters));
  const isStale = text.trim() !== settled || search.isPlaceholderData;
  const hasEnded = !isStale && search.isSuccess && !search.hasNextPage;
  const hasDraft = useChatStore(({ drafts }) => Boolean(drafts[NEW_SESSION_DRAFT]));
  const items = paletteItems({
    commands,
    text,
    hits: search.hits,
    offersStart: settled !== '' && hasEnded && !hasDraft,
  });
  const list = useActiveItem({ items, text, isStale: isStale || search.isPending, onChoose });
  return (
    <>
      <SearchField
        text={text}
        onChange={setText}
        onKeyDown={list.onKeyDown}
        activeId={items.length > 0 ? optionId(list.activeIndex) : null}
      />
      <SearchFilterBar filters={filters} onChange={setFilters} />
      <PaletteList
        // Other hits are another list: it starts at its top.
        key={JSON.stringify(wanted)}
        items={items}
        query={settled}
        activeIndex={list.activeIndex}
        hasMore={search.hasNextPage}
        virtualizerRef={list.virtualizerRef}
        onPoint={list.point}
        onChoose={onChoose}
        onNearEnd={search.loadMore}
      />
      <SearchEnd
        settled={settled}
        count={search.hits.length}
        search={search}
        isBackwards={isBackwards(filters)}
        isNarrowed={isNarrowed(filters)}
        onRetry={search.retry}
        onWiden={() => setFilters({ ...NO_FILTERS, order })}
      />
    </>
  );
}

/** What was found so far, and the way to more of it. */
function useHits(wanted: SessionSearch, isEnabled: boolean) {
  const search = useSessionSearch(wanted, { isEnabled });
  const { data, hasNextPage, isFetching, isError, isPlaceholderData, isSuccess } = search;
  const isAsked = isEnabled && wanted.text !== '';
  const found = useStaying(data);
  return {
    hits: isAsked && found ? found : NO_HITS,
    isPending: isAsked && search.isPending,
    hasNextPage: isAsked && hasNextPage,
    isFetching,
    isError,
    isPlaceholderData,
    isSuccess,
    loadMore: () => {
      if (isAsked && hasNextPage && !isFetching && !isError && !isPlaceholderData) {
        void search.fetchNextPage();
      }
    },
    retry: () => {
      const leadsOn = search.isFetchNextPageError && !isCursorRefused(search.error);
      void (leadsOn ? search.fetchNextPage() : search.refetch());
    },
  };
}

interface ActiveItemOptions {
  items: readonly PaletteItem[];
  text: string;
  /** The hits are not those of what is typed yet. */
  isStale: boolean;
  onChoose: (item: PaletteItem) => void;
}

/** The line that Enter chooses: the first one until another is pointed at. */
function useActiveItem({ items, text, isStale, onChoose }: ActiveItemOptions) {
  const [active, setActive] = useState({ key: '', text: '' });
  const virtualizerRef = useRef<VirtualizerHandle>(null);
  const isWaiting = useRef(false);
  const found = active.text === text ? items.findIndex(({ key }) => key === active.key) : -1;
  const activeIndex = Math.max(0, found);
  const point = (index: number) => setActive({ key: items[index]?.key ?? '', text });

  // Enter right after the last letter means what will be found first.
  useEffect(() => {
    const first = items[0];
    if (!isWaiting.current || isStale) return;
    isWaiting.current = false;
    if (first?.kind === 'hit') onChoose(first);
  });

  const move = (by: number) => {
    const index = Math.min(items.length - 1, Math.max(0, activeIndex + by));
    point(index);
    virtualizerRef.current?.scrollToIndex(index, { align: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE_ROWS,
      PageUp: -PAGE_ROWS,
    };
    const step = steps[event.key];
    isWaiting.current = false;
    if (step !== undefined) move(step);
    else if (event.key !== 'Enter') return;
    else enter();
    event.preventDefault();
  };
  const enter = () => {
    const item = items[activeIndex];
    if (isStale && item?.kind !== 'command') isWaiting.current = true;
    else if (item) onChoose(item);
  };
  return { activeIndex, point, onKeyDown, virtualizerRef };
}

interface SearchFieldProps {
  text: string;
  onChange: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  activeId: string | null;
}

function SearchField({ text, onChange, onKeyDown, activeId }: SearchFieldProps) {
  const fieldRef = useRef<HTMLInputElement>(null);
  // Before the panel would take the focus itself.
  useEffect(() => fieldRef.current?.focus(), []);
  return (
    <div className="flex h-14 flex-none items-center gap-3 border-b border-line pr-12 pl-4">
      <Search aria-hidden size={16} className="text-icon" />
      <input
        dir="auto"
        ref={fieldRef}
        type="text"
        role="combobox"
        aria-label="Search your sessions"
        aria-expanded={activeId !== null}
        aria-controls={LIST_ID}
        aria-autocomplete="list"
        {...(activeId !== null && { 'aria-activedescendant': activeId })}
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="go"
        value={text}
        maxLength={QUERY_MAX_LENGTH}
        placeholder="Words to find, or something to do"
        className="h-full min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-muted"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
