import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';

import { formatClockIn } from '@/features/schedules/scheduleTimes';
import { findTimeZones, nameTimeZone, ownTimeZone } from '@/features/schedules/timeZones';
import { classNames } from '@/lib/ui/classNames';
import { FIELD, FormField } from '@/lib/ui/FormField';
import { useNow } from '@/lib/useNow';

/** More than these are found by another letter. */
const SHOWN_MAX = 50;

interface TimeZoneFieldProps {
  value: string;
  onChange: (zone: string) => void;
  problem: string | null;
}

/** A time zone, found by typing a part of its name. */
export function TimeZoneField({ value, onChange, problem }: TimeZoneFieldProps) {
  const listId = useId();
  // What is being searched for; null while the chosen zone stands there.
  const [query, setQuery] = useState<string | null>(null);
  const [marked, setMarked] = useState(0);
  const zones = query === null ? [] : findTimeZones(query).slice(0, SHOWN_MAX);
  const isOpen = query !== null;
  const choose = (zone: string | undefined) => {
    if (zone !== undefined) onChange(zone);
    setQuery(null);
  };
  const search = (text: string) => {
    setQuery(text);
    setMarked(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (isOpen) setMarked(Math.min(zones.length - 1, Math.max(0, marked + step)));
      else search('');
    } else if (isOpen && event.key === 'Enter') {
      event.preventDefault();
      choose(zones[marked]);
    } else if (isOpen && event.key === 'Escape') {
      event.stopPropagation();
      setQuery(null);
    }
  };
  return (
    <FormField
      label="Time zone"
      problem={problem}
      hint={value === ownTimeZone() ? 'The time zone of this device.' : undefined}
    >
      {(control) => (
        <div className="relative">
          <input
            {...control}
            type="text"
            role="combobox"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={isOpen && zones[marked] ? `${listId}-${marked}` : undefined}
            autoComplete="off"
            spellCheck={false}
            value={query ?? nameTimeZone(value)}
            className={classNames(FIELD, 'h-10 max-phone:h-11')}
            onFocus={(event) => event.target.select()}
            onClick={() => isOpen || search('')}
            onChange={(event) => search(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={() => setQuery(null)}
          />
          {isOpen && <ZoneList id={listId} zones={zones} marked={marked} onChoose={choose} />}
        </div>
      )}
    </FormField>
  );
}

interface ZoneListProps {
  id: string;
  zones: readonly string[];
  marked: number;
  onChoose: (zone: string) => void;
}

function ZoneList({ id, zones, marked, onChoose }: ZoneListProps) {
  const now = useNow();
  const listRef = useRef<HTMLDivElement>(null);
  const boxRef = useRef<HTMLDivElement>(null);
  useEffect(() => {
    boxRef.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  useEffect(() => {
    listRef.current?.children[marked]?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  return (
    <div
      ref={boxRef}
      className="absolute inset-x-0 top-full z-20 mt-1 animate-fade-in rounded-box bg-raised p-1 shadow-float"
    >
      {zones.length === 0 && (
        <p role="status" className="px-2 py-1.5 text-sm text-muted">
          No time zone has this name.
        </p>
      )}
      <div
        ref={listRef}
        id={id}
        role="listbox"
        aria-label="Time zones"
        className="max-h-56 overflow-y-auto"
      >
        {zones.map((zone, index) => (
          // The keys of the list are those of the field.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above has the keys: a listbox by aria-activedescendant
          <div
            key={zone}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === marked}
            tabIndex={-1}
            className="flex h-8 cursor-pointer items-center justify-between gap-3 rounded-inset px-2 text-sm hover:bg-hover aria-selected:bg-selected max-phone:h-11 max-phone:text-base"
            // The field keeps the focus, or it would close the list before the click.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(zone)}
          >
            <span className="truncate">{nameTimeZone(zone)}</span>
            <span className="text-note text-muted tabular-nums">{formatClockIn(now, zone)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
