import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useEffect, useRef } from 'react';

import { classNames } from '@/lib/ui/classNames';
import { IconButton } from '@/lib/ui/IconButton';

interface ModalProps {
  title: string;
  /** What opened it and gets the focus back; null while it is closed. */
  opener: HTMLElement | null;
  onClose: () => void;
  /**
   * A question stays where it is on a phone. A palette has no head but the first line of what is in
   * it, and fills a phone.
   */
  look?: 'panel' | 'question' | 'palette';
  children: ReactNode;
}

const LOOKS = {
  panel: classNames(
    'top-28 max-h-[calc(100dvh-144px)] w-120 max-phone:top-auto max-phone:bottom-0 max-phone:w-full',
    'max-phone:max-h-[calc(100dvh-32px)] max-phone:max-w-none max-phone:rounded-b-none',
  ),
  question: 'top-28 max-h-[calc(100dvh-144px)] w-120',
  palette: classNames(
    'top-[12dvh] max-h-[80dvh] w-160 max-phone:top-0 max-phone:h-dvh max-phone:max-h-none',
    'max-phone:w-full max-phone:max-w-none max-phone:rounded-none',
  ),
};

/** A panel over the page; on a phone it rises from the lower edge. */
export function Modal({ title, opener, onClose, look = 'panel', children }: ModalProps) {
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
          className={classNames(
            'fixed inset-x-0 z-50 mx-auto flex max-w-[calc(100vw-32px)] flex-col data-[state=open]:animate-fade-in rounded-box bg-raised shadow-float outline-none',
            LOOKS[look],
          )}
        >
          {look === 'palette' ? (
            <>
              <Dialog.Title className="sr-only">{title}</Dialog.Title>
              {children}
              <CloseButton className="absolute top-3 right-3 max-phone:top-1.5 max-phone:right-1" />
            </>
          ) : (
            <>
              <header className="flex h-14 flex-none items-center justify-between gap-2 pr-3 pl-6 max-phone:pr-1 max-phone:pl-4">
                <Dialog.Title className="truncate text-sm font-semibold max-phone:text-base">
                  {title}
                </Dialog.Title>
                <CloseButton />
              </header>
              <div className="min-h-0 overflow-y-auto px-6 pb-6 max-phone:px-4 max-phone:pb-[max(24px,env(safe-area-inset-bottom))]">
                {children}
              </div>
            </>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function CloseButton({ className }: { className?: string }) {
  return (
    <Dialog.Close asChild>
      <IconButton label="Close" className={className}>
        <X aria-hidden size={16} />
      </IconButton>
    </Dialog.Close>
  );
}
