import { Dialog } from 'radix-ui';
import { type ReactNode, useRef } from 'react';

interface PickerDrawerProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  children: ReactNode;
}

/** The picker over the session, on screens too narrow for both. */
export function PickerDrawer({ isOpen, onOpenChange, children }: PickerDrawerProps) {
  const opener = useRef<Element>(null);
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-30 data-[state=open]:animate-fade-in bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener.current instanceof HTMLElement) opener.current.focus();
          }}
          className="fixed inset-y-0 left-0 z-40 w-75 max-w-[85vw] data-[state=open]:animate-slide-in shadow-float outline-none"
        >
          <Dialog.Title className="sr-only">Sessions</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
