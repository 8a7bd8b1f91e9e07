import type { ComponentProps } from 'react';

import { classNames } from '@/lib/ui/classNames';

interface Look {
  /** `accent` once on a page at most. */
  look?: 'outline' | 'accent';
}

const LOOKS = {
  outline:
    'bg-raised text-text inset-ring inset-ring-line-strong hover:bg-selected [&>svg]:text-accent',
  accent: 'bg-accent text-on-accent hover:opacity-90',
};

/** A button with words, 32 px high; its target is 44 px on a phone. */
export function Button({
  look = 'outline',
  className,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & Look) {
  return <button type={type} className={drawn(look, className)} {...rest} />;
}

/** A link that looks the same. */
export function LinkButton({
  look = 'outline',
  className,
  children,
  ...rest
}: ComponentProps<'a'> & Look) {
  return (
    <a className={drawn(look, className)} {...rest}>
      {children}
    </a>
  );
}

function drawn(look: keyof typeof LOOKS, className: string | undefined): string {
  return classNames(
    'relative inline-flex h-8 flex-none items-center justify-center gap-2 rounded-box px-3',
    'text-note font-semibold whitespace-nowrap disabled:opacity-60',
    'max-phone:after:absolute max-phone:after:-inset-1.5',
    look === 'accent' && 'focus-visible:outline-offset-2',
    LOOKS[look],
    className,
  );
}
