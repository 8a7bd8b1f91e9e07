import { useId } from 'react';

interface SegmentsProps<Value extends string> {
  legend: string;
  choices: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few choices, all in sight; radio buttons under their look. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  const { legend, choices, value, onChange } = props;
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-note text-soft">{legend}</legend>
      <div className="grid auto-cols-fr grid-flow-col rounded-box bg-hover p-0.5 max-phone:grid-flow-row max-phone:grid-cols-3">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className="relative grid h-9 min-w-0 cursor-pointer place-items-center rounded-inset px-2 text-note text-muted outline-accent select-none hover:text-text has-checked:bg-segment has-checked:font-semibold has-checked:text-text has-checked:ring has-checked:ring-line has-focus-visible:outline-2 max-phone:h-11 max-phone:text-base"
          >
            <input
              type="radio"
              name={name}
              checked={choice.value === value}
              className="absolute inset-0 cursor-pointer appearance-none outline-none"
              onChange={() => onChange(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
