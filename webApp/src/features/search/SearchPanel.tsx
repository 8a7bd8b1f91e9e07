import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';

import { useSessionSearch } from '@/api/hooks/useSessionSearch';
import { SearchHit } from '@/features/search/SearchHit';
import { useSettledText } from '@/features/search/useSettledText';
import { FROM_PICKER } from '@/lib/fromPicker';
import { Modal } from '@/lib/ui/Modal';
import { useNow } from '@/lib/useNow';

const QUERY_MAX_LENGTH = 200;
/** How many pixels before its end the list asks for more. */
const LOAD_AHEAD = 200;

interface SearchPanelProps {
  /** What opened it and gets the focus back; null while it is closed. */
  opener: HTMLElement | null;
  onClose: () => void;
  /** Called when a hit was chosen. */
  onOpenSession: () => void;
}

/** Finds sessions by a piece of their title or of anything said in them. */
export function SearchPanel({ opener, onClose, onOpenSession }: SearchPanelProps) {
  return (
    <Modal title="Search your sessions" opener={opener} onClose={onClose}>
      <SearchForm
        onChosen={() => {
          onClose();
          onOpenSession();
        }}
      />
    </Modal>
  );
}

function SearchForm({ onChosen }: { onChosen: () => void }) {
  const [text, setText] = useState('');
  const settled = useSettledText(text);
  const fieldRef = useRef<HTMLInputElement>(null);
  // Before the panel would give the focus to its first button.
  useEffect(() => fieldRef.current?.focus(), []);
  const search = useSessionSearch(settled);
  const navigate = useNavigate();
  const now = useNow();
  const hits = settled === '' ? [] : (search.data ?? []);
  const loadMore = (list: HTMLElement) => {
    const isNearEnd = list.scrollTop + list.clientHeight > list.scrollHeight - LOAD_AHEAD;
    if (isNearEnd && search.hasNextPage && !search.isFetchingNextPage) void search.fetchNextPage();
  };
  return (
    <Command shouldFilter={false} label="Search your sessions">
      <div className="flex items-center gap-2 rounded-box px-3 inset-ring inset-ring-line-strong focus-within:inset-ring-2 focus-within:inset-ring-accent">
        <Search aria-hidden size={16} className="flex-none text-icon" />
        <Command.Input
          ref={fieldRef}
          value={text}
          maxLength={QUERY_MAX_LENGTH}
          placeholder="A word, or a piece of one"
          className="h-10 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-muted max-phone:h-11"
          onValueChange={setText}
        />
      </div>
      <Command.List
        className="mt-2 h-80 overflow-y-auto overscroll-contain max-phone:h-[50dvh]"
        onScroll={(event) => loadMore(event.currentTarget)}
      >
        {hits.map((session) => (
          <Command.Item
            key={session.session_id}
            value={session.session_id}
            className="rounded-box px-2 py-2 data-[selected=true]:bg-selected"
            onSelect={() => {
              void navigate(`/sessions/${encodeURIComponent(session.session_id)}`, {
                state: FROM_PICKER,
              });
              onChosen();
            }}
          >
            <SearchHit session={session} now={now} />
          </Command.Item>
        ))}
      </Command.List>
      <SearchEnd settled={settled} count={hits.length} search={search} />
    </Command>
  );
}

interface SearchEndProps {
  settled: string;
  count: number;
  search: ReturnType<typeof useSessionSearch>;
}

/** What stands below the hits: that there are none, that there are more, or what went wrong. */
function SearchEnd({ settled, count, search }: SearchEndProps) {
  const sentence = describe(settled, count, search);
  return (
    <div className="flex h-8 items-end justify-between gap-2 px-2 text-note text-muted">
      <p role="status">{sentence}</p>
      {search.hasNextPage && settled !== '' && !search.isFetching && (
        <button
          type="button"
          className="font-semibold text-accent"
          onClick={() => void search.fetchNextPage()}
        >
          Show older ones
        </button>
      )}
    </div>
  );
}

function describe(settled: string, count: number, search: SearchEndProps['search']): string {
  if (settled === '') return 'Titles and everything said, on every channel and in the archive.';
  if (search.isFetching) return count === 0 ? 'Searching…' : '';
  if (search.isError) return 'Could not search just now. Change the words to try again.';
  if (count > 0) return '';
  return search.hasNextPage ? 'Nothing among the newer messages.' : 'Nothing was found.';
}
