import type { ComponentProps } from 'react';

import { classNames } from '@/lib/ui/classNames';

interface IconButtonProps extends ComponentProps<'button'> {
  /** What it does: read to those who cannot see the icon, shown to those who point at it. */
  label: string;
}

/** A button with one 16 px icon: 32 px, on a phone 44 px. */
export function IconButton({ label, className, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={classNames(
        'grid size-8 flex-none place-items-center rounded-box text-icon hover:bg-hover hover:text-text',
        'disabled:text-icon-small disabled:hover:bg-transparent max-phone:size-11',
        className,
      )}
      {...rest}
    />
  );
}
