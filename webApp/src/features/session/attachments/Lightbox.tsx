import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useRef, useState } from 'react';

import { attachmentBytesOptions } from '@/api/attachments/attachmentRequests';
import type { Attachment } from '@/api/schema';
import { BlobImage } from '@/features/session/attachments/BlobImage';
import { saveFile } from '@/lib/saveFile';
import { Button } from '@/lib/ui/Button';
import { IconButton } from '@/lib/ui/IconButton';

interface LightboxProps {
  /** All images of the message. */
  images: readonly Attachment[];
  /** The one that is shown first. */
  index: number;
  /** Gets the focus back. */
  opener: HTMLElement;
  onClose: () => void;
}

/** An image as large as the page, its neighbours one key away. */
export function Lightbox({ images, index: firstIndex, opener, onClose }: LightboxProps) {
  const [index, setIndex] = useState(firstIndex);
  const panelRef = useRef<HTMLDivElement>(null);
  const image = images[index];
  if (!image) return null;
  const move = (by: number) => setIndex(Math.min(images.length - 1, Math.max(0, index + by)));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') move(-1);
    if (event.key === 'ArrowRight') move(1);
  };
  return (
    <Dialog.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Content
          ref={panelRef}
          aria-describedby={undefined}
          className="fixed inset-0 z-50 flex animate-fade-in flex-col bg-page outline-none"
          onKeyDown={onKeyDown}
          onOpenAutoFocus={(event) => {
            // The panel itself: nothing is marked before a key is pressed.
            event.preventDefault();
            panelRef.current?.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            opener.focus({ preventScroll: true });
          }}
        >
          <LightboxHead
            image={image}
            place={images.length > 1 ? `${index + 1} of ${images.length}` : null}
          />
          <LightboxImage key={image.id} image={image} />
          {images.length > 1 && (
            <footer className="flex h-14 flex-none items-center justify-center gap-4 pb-[env(safe-area-inset-bottom)]">
              <IconButton label="Previous image" disabled={index === 0} onClick={() => move(-1)}>
                <ChevronLeft aria-hidden size={16} />
              </IconButton>
              <IconButton
                label="Next image"
                disabled={index === images.length - 1}
                onClick={() => move(1)}
              >
                <ChevronRight aria-hidden size={16} />
              </IconButton>
            </footer>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface LightboxHeadProps {
  image: Attachment;
  /** Which of several it is; null for the only one. */
  place: string | null;
}

function LightboxHead({ image, place }: LightboxHeadProps) {
  const { data: bytes } = useQuery(attachmentBytesOptions(image));
  return (
    <header className="flex h-14 flex-none items-center gap-1 border-b border-line pr-3 pl-6 max-phone:pr-1 max-phone:pl-4">
      <div className="flex min-w-0 flex-1 items-baseline gap-3">
        <Dialog.Title className="truncate text-sm font-semibold max-phone:text-base">
          {image.filename}
        </Dialog.Title>
        {place !== null && (
          <span role="status" className="flex-none text-note text-muted tabular-nums">
            {place}
          </span>
        )}
      </div>
      <IconButton
        label="Download"
        disabled={!bytes}
        onClick={() => bytes && saveFile(bytes, image.filename)}
      >
        <Download aria-hidden size={16} />
      </IconButton>
      <Dialog.Close asChild>
        <IconButton label="Close">
          <X aria-hidden size={16} />
        </IconButton>
      </Dialog.Close>
    </header>
  );
}

function LightboxImage({ image }: { image: Attachment }) {
  const { data: bytes, isError, refetch } = useQuery(attachmentBytesOptions(image));
  return (
    <div className="grid min-h-0 flex-1 place-items-center p-6 max-phone:p-0">
      {bytes ? (
        <BlobImage
          bytes={bytes}
          alt={image.filename}
          className="max-h-full max-w-full object-contain"
        />
      ) : isError ? (
        <p role="alert" className="grid justify-items-center gap-4 text-base text-soft">
          Could not load this image.
          <Button onClick={() => void refetch()}>Try again</Button>
        </p>
      ) : (
        <p className="animate-appear-late text-base text-muted">Loading</p>
      )}
    </div>
  );
}
