import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useEffect, useRef } from 'react';

import { IconButton } from '@/lib/ui/IconButton';

interface ModalProps {
  title: string;
  /** What opened it and gets the focus back; null while it is closed. */
  opener: HTMLElement | null;
  onClose: () => void;
  children: ReactNode;
}

/** A panel over the page; on a phone it rises from the lower edge. */
export function Modal({ title, opener, onClose, children }: ModalProps) {
  const openedBy = useRef<HTMLElement>(null);
  // Not when the panel takes the focus: a field in it may have taken it before.
  useEffect(() => {
    if (opener) openedBy.current = opener;
  }, [opener]);
  const panelRef = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root
      open={opener !== null}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 data-[state=open]:animate-fade-in bg-scrim" />
        <Dialog.Content
          ref={panelRef}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // The panel itself: nothing is marked before a key is pressed.
            event.preventDefault();
            panelRef.current?.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            openedBy.current?.focus();
          }}
          className="fixed inset-x-0 top-28 z-50 mx-auto flex max-h-[calc(100dvh-144px)] w-120 max-w-[calc(100vw-32px)] data-[state=open]:animate-fade-in flex-col rounded-box bg-raised shadow-float outline-none max-phone:top-auto max-phone:bottom-0 max-phone:max-h-[calc(100dvh-32px)] max-phone:w-full max-phone:max-w-none max-phone:rounded-b-none"
        >
          <header className="flex h-14 flex-none items-center justify-between gap-2 pr-3 pl-6 max-phone:pr-1 max-phone:pl-4">
            <Dialog.Title className="truncate text-sm font-semibold max-phone:text-base">
              {title}
            </Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X aria-hidden size={16} />
              </IconButton>
            </Dialog.Close>
          </header>
          <div className="min-h-0 overflow-y-auto px-6 pb-6 max-phone:px-4 max-phone:pb-[max(24px,env(safe-area-inset-bottom))]">
            {children}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
