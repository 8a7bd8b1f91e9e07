import type { ComponentProps } from 'react';

import { classNames } from '@/lib/ui/classNames';

interface MessageActionProps extends ComponentProps<'button'> {
  label: string;
}

/** A small button in the line under a message: 24 px, on a phone 44 px without a higher line. */
export function MessageAction({ label, className, ...rest }: MessageActionProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classNames(
        'grid size-6 flex-none place-items-center rounded-inset text-icon hover:bg-hover hover:text-text',
        'disabled:text-icon-small disabled:hover:bg-transparent max-phone:-my-2.5 max-phone:size-11',
        className,
      )}
      {...rest}
    />
  );
}
