import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';

import type { SearchFilters } from '@/features/search/searchFilters';
import { classNames } from '@/lib/ui/classNames';

type Choices<Value extends string> = readonly (readonly [Value, string])[];

const ORDERS: Choices<SearchFilters['order']> = [
  ['relevance', 'Most relevant'],
  ['newest', 'Newest first'],
];
const CHANNELS: Choices<NonNullable<SearchFilters['channel']> | 'all'> = [
  ['all', 'Every channel'],
  ['web', 'Web'],
  ['telegram', 'Telegram'],
  ['scheduled', 'Runs'],
];
const PERIODS: Choices<SearchFilters['period']> = [
  ['any', 'Any time'],
  ['today', 'Today'],
  ['week', 'Last 7 days'],
  ['month', 'Last 30 days'],
  ['year', 'Last 365 days'],
  ['dates', 'Between dates'],
];
const ARCHIVED: Choices<SearchFilters['archived']> = [
  ['all', 'With the archive'],
  ['false', 'Without the archive'],
  ['true', 'Only the archive'],
];

interface SearchFilterBarProps {
  filters: SearchFilters;
  onChange: (filters: SearchFilters) => void;
}

/** In what order hits come, and what narrows the search; days are those of the reader's time zone. */
export function SearchFilterBar({ filters, onChange }: SearchFilterBarProps) {
  const change = (some: Partial<SearchFilters>) => onChange({ ...filters, ...some });
  return (
    <div role="group" aria-label="Order and filters" className="flex flex-wrap gap-1 px-3 py-2">
      <Choice
        label="Order"
        choices={ORDERS}
        value={filters.order}
        usual="relevance"
        onChange={(order) => change({ order })}
      />
      <Choice
        label="Channel"
        choices={CHANNELS}
        value={filters.channel ?? 'all'}
        usual="all"
        onChange={(channel) => change({ channel: channel === 'all' ? null : channel })}
      />
      <Choice
        label="Last active"
        choices={PERIODS}
        value={filters.period}
        usual="any"
        onChange={(period) => change({ period })}
      />
      <Choice
        label="Archive"
        choices={ARCHIVED}
        value={filters.archived}
        usual="all"
        onChange={(archived) => change({ archived })}
      />
      {filters.period === 'dates' && (
        <span className="flex w-full flex-wrap gap-x-4 gap-y-1 px-2">
          <Day
            label="From"
            value={filters.firstDay}
            onChange={(firstDay) => change({ firstDay })}
          />
          <Day label="To" value={filters.lastDay} onChange={(lastDay) => change({ lastDay })} />
        </span>
      )}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  choices: Choices<Value>;
  value: Value;
  /** What it is without having been chosen; anything else stands out. */
  usual: Value;
  onChange: (value: Value) => void;
}

function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, choices, value, usual, onChange } = props;
  return (
    <span className="relative flex items-center">
      <select
        aria-label={label}
        value={value}
        className={classNames(
          'h-7 cursor-pointer appearance-none rounded-inset bg-transparent pr-6 pl-2 text-xs hover:bg-hover',
          'max-phone:h-11 max-phone:text-base [&>option]:bg-raised [&>option]:text-text',
          value === usual ? 'text-muted' : 'bg-selected font-semibold text-text',
        )}
        onChange={(event) => {
          const chosen = choices.find(([choice]) => choice === event.target.value);
          if (chosen) onChange(chosen[0]);
        }}
      >
        {choices.map(([choice, name]) => (
          <option key={choice} value={choice}>
            {name}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        size={12}
        className="pointer-events-none absolute right-2 text-icon-small"
      />
    </span>
  );
}

interface DayProps {
  label: string;
  value: string;
  onChange: (day: string) => void;
}

function Day({ label, value, onChange }: DayProps): ReactNode {
  return (
    <label className="flex items-center gap-2 text-xs text-muted">
      {label}
      <input
        type="date"
        value={value}
        className="h-7 rounded-inset bg-raised px-2 text-xs text-text inset-ring inset-ring-line-strong max-phone:h-11 max-phone:text-base"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
