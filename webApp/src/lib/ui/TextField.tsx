import { type ComponentProps, useId } from 'react';

interface TextFieldProps extends ComponentProps<'input'> {
  label: string;
}

/** A labelled field of one line. 16 px text on a phone, or the browser would zoom in. */
export function TextField({ label, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-note text-soft">
        {label}
      </label>
      <input
        id={id}
        className="h-10 rounded-box bg-raised px-3 text-base inset-ring inset-ring-line-strong read-only:text-muted max-phone:h-11"
        {...rest}
      />
    </div>
  );
}
