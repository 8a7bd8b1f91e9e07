import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';

import { classNames } from '@/lib/ui/classNames';

const ITEM = classNames(
  'flex min-h-8 items-center gap-3 rounded-inset px-2 text-sm outline-none select-none',
  'data-highlighted:bg-selected data-disabled:text-muted max-phone:min-h-11 max-phone:text-base',
);

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactNode;
  children: ReactNode;
  /** It was pressed before it was loaded. */
  isOpenAtFirst?: boolean;
  /** Given together: whether it is open is kept elsewhere. */
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  side?: 'top' | 'bottom';
  align?: 'start' | 'end';
  /** May prevent that the button gets the focus back. */
  onCloseAutoFocus?: (event: Event) => void;
}

/** A menu that floats beside its button; arrow keys, Escape and focus come from radix-ui. */
export function Menu(props: MenuProps) {
  const { trigger, children, isOpenAtFirst = false, isOpen, onOpenChange } = props;
  const { side = 'bottom', align = 'end', onCloseAutoFocus } = props;
  const state = {
    ...(isOpen === undefined ? { defaultOpen: isOpenAtFirst } : { open: isOpen }),
    ...(onOpenChange && { onOpenChange }),
  };
  return (
    // Not modal: that would hide the page from screen readers while its controls keep their focus.
    <DropdownMenu.Root modal={false} {...state}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          {...(onCloseAutoFocus && { onCloseAutoFocus })}
          className="z-50 min-w-48 data-[state=open]:animate-fade-in rounded-box bg-raised p-1 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({ className, ...rest }: ComponentProps<typeof DropdownMenu.Item>) {
  return <DropdownMenu.Item className={classNames(ITEM, className)} {...rest} />;
}

interface MenuRadioItemProps extends ComponentProps<typeof DropdownMenu.RadioItem> {
  /** A quiet line under it. */
  hint?: string;
}

export function MenuRadioItem({ children, hint = '', ...rest }: MenuRadioItemProps) {
  return (
    <DropdownMenu.RadioItem className={ITEM} {...rest}>
      <span className="flex-1">
        {children}
        {hint !== '' && (
          <span className="block max-w-70 pb-1.5 text-note text-balance text-muted">{hint}</span>
        )}
      </span>
      <DropdownMenu.ItemIndicator>
        <Check aria-hidden size={16} className="text-accent" />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}

export const MenuRadioGroup = DropdownMenu.RadioGroup;

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="px-2 pt-2 pb-1 text-xs text-muted max-phone:text-note">
      {children}
    </DropdownMenu.Label>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="mx-2 my-1 h-px bg-line" />;
}
