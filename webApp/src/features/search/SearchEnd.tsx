import type { useSessionSearch } from '@/api/hooks/useSessionSearch';
import { Button } from '@/lib/ui/Button';
import { Key } from '@/lib/ui/Key';

type Search = Pick<
  ReturnType<typeof useSessionSearch>,
  'isFetching' | 'isError' | 'hasNextPage' | 'isPlaceholderData'
>;

interface SearchEndProps {
  /** What is looked for; empty for nothing. */
  settled: string;
  count: number;
  search: Search;
  isBackwards: boolean;
  isNarrowed: boolean;
  onRetry: () => void;
  onWiden: () => void;
}

/** The line at the foot: how much was found, that there is nothing, or what went wrong. */
export function SearchEnd(props: SearchEndProps) {
  const { settled, count, search, isNarrowed } = props;
  const hasFailed = search.isError && !search.isFetching && settled !== '' && !props.isBackwards;
  const isEmpty = settled !== '' && count === 0 && !search.isFetching && !hasFailed;
  return (
    <footer className="flex h-12 flex-none items-center justify-between gap-3 border-t border-line px-4 text-xs text-muted max-phone:pb-[env(safe-area-inset-bottom)] max-phone:text-note">
      <p role="status" className="min-w-0 truncate">
        {describe(props)}
      </p>
      {hasFailed ? (
        <Button onClick={props.onRetry}>Try again</Button>
      ) : isEmpty && isNarrowed ? (
        <Button onClick={props.onWiden}>Search everywhere</Button>
      ) : (
        <KeyHints />
      )}
    </footer>
  );
}

function KeyHints() {
  return (
    <span aria-hidden className="flex flex-none items-center gap-1 max-phone:hidden">
      <Key>↑</Key>
      <Key>↓</Key>
      <span className="mr-3">move</span>
      <Key>↵</Key>
      <span>open</span>
    </span>
  );
}

export function describe({ settled, count, search, ...rest }: SearchEndProps): string {
  if (rest.isBackwards) return 'The first day is after the last one.';
  if (settled === '') return 'Searches titles and everything said, on every channel.';
  if (search.isError && !search.isFetching) {
    return count === 0 ? 'Could not search just now.' : 'Could not look any further just now.';
  }
  if (count === 0) {
    if (!search.isFetching && !search.hasNextPage) return 'Nothing was found.';
    return search.hasNextPage ? 'Looking through older sessions…' : 'Searching…';
  }
  if (search.isPlaceholderData) return 'Searching…';
  if (search.hasNextPage) return `The first ${count} sessions; more as you scroll`;
  return count === 1 ? '1 session' : `${count} sessions`;
}
