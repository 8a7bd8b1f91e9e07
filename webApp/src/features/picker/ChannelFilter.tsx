import type { SessionCounts } from '@/api/schema';
import { formatCount } from '@/lib/formatCount';
import { classNames } from '@/lib/ui/classNames';
import { type ChannelFilter as Filter, useChatStore } from '@/stores/useChatStore';

const SEGMENTS: { filter: Exclude<Filter, 'archived'>; label: string }[] = [
  { filter: 'all', label: 'All' },
  { filter: 'web', label: 'Web' },
  { filter: 'telegram', label: 'Telegram' },
  { filter: 'scheduled', label: 'Runs' },
];

// On a phone the target is 44 px high, the drawn shape 28.
const CHOSEN = classNames(
  'shrink-0 font-semibold text-text phone:bg-segment phone:ring phone:ring-line',
  'max-phone:before:absolute max-phone:before:inset-x-0 max-phone:before:inset-y-2',
  'max-phone:before:-z-10 max-phone:before:rounded-box max-phone:before:bg-selected',
);

/** Which channel's sessions the list shows. A count that finds no room wraps out of sight. */
export function ChannelFilter({ counts }: { counts: SessionCounts | undefined }) {
  const chosen = useChatStore((state) => state.channelFilter);
  const choose = useChatStore((state) => state.setChannelFilter);
  return (
    <div
      role="group"
      aria-label="Channel"
      className="mx-3 mb-1 flex h-8 flex-none rounded-box bg-hover p-0.5 max-phone:mx-4 max-phone:mb-0 max-phone:h-11 max-phone:bg-transparent max-phone:p-0"
    >
      {SEGMENTS.map(({ filter, label }) => (
        <button
          key={filter}
          type="button"
          aria-pressed={chosen === filter}
          className={classNames(
            'relative z-0 flex h-full min-w-0 flex-auto flex-wrap justify-center gap-x-1 overflow-hidden rounded-inset px-1.5',
            'text-xs leading-7 whitespace-nowrap text-muted hover:text-text',
            'max-phone:rounded-box max-phone:px-2 max-phone:text-note max-phone:leading-11',
            chosen === filter && CHOSEN,
          )}
          onClick={() => choose(filter)}
        >
          <span>{label}</span>
          <span className="font-normal text-muted tabular-nums">
            {counts ? formatCount(counts[filter], counts.limit) : '\u2007'}
          </span>
        </button>
      ))}
    </div>
  );
}
