import { type Frequency, type Timing, toggleWeekday } from '@/features/schedules/cronForm';
import { classNames } from '@/lib/ui/classNames';
import { FIELD, FieldNote, FormField } from '@/lib/ui/FormField';
import { Segments } from '@/lib/ui/Segments';

const FREQUENCIES: { value: Frequency; label: string }[] = [
  { value: 'hour', label: 'Hour' },
  { value: 'day', label: 'Day' },
  { value: 'weekdays', label: 'Weekday' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
  { value: 'custom', label: 'Custom' },
];

const WEEKDAYS = [
  { weekday: 1, label: 'Monday' },
  { weekday: 2, label: 'Tuesday' },
  { weekday: 3, label: 'Wednesday' },
  { weekday: 4, label: 'Thursday' },
  { weekday: 5, label: 'Friday' },
  { weekday: 6, label: 'Saturday' },
  { weekday: 0, label: 'Sunday' },
];

const LAST_DAY_OF_EVERY_MONTH = 28;

interface FrequencyFieldProps {
  timing: Timing;
  onChange: (timing: Timing) => void;
  /** What the server says about the expression. */
  problem: string | null;
}

/** When a schedule runs: in words for what is usual, as cron for everything else. */
export function FrequencyField({ timing, onChange, problem }: FrequencyFieldProps) {
  const isCustom = timing.frequency === 'custom';
  const change = (patch: Partial<Timing>) => onChange({ ...timing, ...patch });
  return (
    <div className="flex flex-col gap-3">
      <Segments
        legend="Every"
        choices={FREQUENCIES}
        value={timing.frequency}
        onChange={(frequency) => change({ frequency })}
      />
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        {timing.frequency === 'week' && (
          <WeekdayField weekdays={timing.weekdays} onChange={(weekdays) => change({ weekdays })} />
        )}
        {timing.frequency === 'month' && (
          <NumberField
            label="On day"
            range={[1, 31]}
            value={timing.day}
            onChange={(day) => change({ day })}
            hint={
              timing.day > LAST_DAY_OF_EVERY_MONTH && 'Months without this day are passed over.'
            }
          />
        )}
        {timing.frequency === 'hour' && (
          <NumberField
            label="At minute"
            range={[0, 59]}
            value={timing.minute}
            onChange={(minute) => change({ minute })}
          />
        )}
        {!isCustom && timing.frequency !== 'hour' && (
          <FormField label="At" className="w-32">
            {(control) => (
              <input
                {...control}
                type="time"
                required
                value={timing.time}
                className={classNames(FIELD, 'h-10 max-phone:h-11')}
                onChange={(event) => change({ time: event.target.value })}
              />
            )}
          </FormField>
        )}
        {isCustom && <CronField timing={timing} onChange={change} problem={problem} />}
      </div>
      {!isCustom && <FieldNote id="timing-problem" problem={problem} />}
    </div>
  );
}

interface CronFieldProps {
  timing: Timing;
  onChange: (patch: Partial<Timing>) => void;
  problem: string | null;
}

function CronField({ timing, onChange, problem }: CronFieldProps) {
  return (
    <FormField
      label="Cron expression"
      problem={problem}
      hint="Minute, hour, day of the month, month, day of the week."
      className="flex-1"
    >
      {(control) => (
        <input
          {...control}
          type="text"
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="0 8 * * 1-5"
          value={timing.cron}
          className={classNames(FIELD, 'h-10 font-mono max-phone:h-11')}
          onChange={(event) => onChange({ cron: event.target.value })}
        />
      )}
    </FormField>
  );
}

interface NumberFieldProps {
  label: string;
  /** The least and the greatest value. */
  range: readonly [number, number];
  /** NaN while there is none. */
  value: number;
  onChange: (value: number) => void;
  hint?: string | false;
}

function NumberField({ label, range: [min, max], value, onChange, hint }: NumberFieldProps) {
  return (
    <FormField label={label} className="w-32" hint={hint}>
      {(control) => (
        <input
          {...control}
          type="number"
          inputMode="numeric"
          required
          min={min}
          max={max}
          value={Number.isNaN(value) ? '' : value}
          className={classNames(FIELD, 'h-10 tabular-nums max-phone:h-11')}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
      )}
    </FormField>
  );
}

interface WeekdayFieldProps {
  weekdays: readonly number[];
  onChange: (weekdays: number[]) => void;
}

function WeekdayField({ weekdays, onChange }: WeekdayFieldProps) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 text-note text-soft">On</legend>
      <div className="flex gap-1">
        {WEEKDAYS.map(({ weekday, label }) => (
          <label
            key={weekday}
            title={label}
            className="relative grid size-10 cursor-pointer place-items-center rounded-box text-note text-soft inset-ring inset-ring-line-strong outline-accent select-none hover:bg-hover has-checked:bg-accent has-checked:font-semibold has-checked:text-on-accent has-checked:inset-ring-0 has-focus-visible:outline-2 has-focus-visible:outline-offset-1 max-phone:h-11"
          >
            <input
              type="checkbox"
              aria-label={label}
              checked={weekdays.includes(weekday)}
              className="absolute inset-0 cursor-pointer appearance-none outline-none"
              onChange={() => onChange(toggleWeekday(weekdays, weekday))}
            />
            <span aria-hidden>{label.slice(0, 2)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
