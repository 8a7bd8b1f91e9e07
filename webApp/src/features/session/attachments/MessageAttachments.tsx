import { Suspense, useState } from 'react';

import type { Attachment } from '@/api/schema';
import { AttachmentCard } from '@/features/session/attachments/AttachmentCard';
import { AttachmentImage } from '@/features/session/attachments/AttachmentImage';
import { isShownAsImage } from '@/features/session/attachments/describeFile';
import { lazyPart } from '@/lib/lazyPart';
import { classNames } from '@/lib/ui/classNames';

const { Part: Lightbox, load: loadLightbox } = lazyPart(
  async () => (await import('@/features/session/attachments/Lightbox')).Lightbox,
);

interface Opened {
  /** What was pressed, which gets the focus back. */
  opener: HTMLElement;
  index: number;
}

/** The files of a message: images first, then the others as cards. Every one has its room at once. */
export function MessageAttachments({ attachments }: { attachments: readonly Attachment[] }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const images = attachments.filter(isShownAsImage);
  const others = attachments.filter((attachment) => !isShownAsImage(attachment));
  return (
    <>
      {images.length > 0 && (
        <ul aria-label="Images" className={classNames('grid gap-2', gridOf(images.length))}>
          {images.map((image, index) => (
            <li key={image.id}>
              <AttachmentImage
                attachment={image}
                isAlone={images.length === 1}
                onPrepare={() => void loadLightbox().catch(() => undefined)}
                onOpen={(opener) => setOpened({ opener, index })}
              />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul aria-label="Files" className="flex flex-col gap-2">
          {others.map((file) => (
            <li key={file.id}>
              <AttachmentCard attachment={file} />
            </li>
          ))}
        </ul>
      )}
      {opened && (
        <Suspense>
          <Lightbox images={images} {...opened} onClose={() => setOpened(null)} />
        </Suspense>
      )}
    </>
  );
}

function gridOf(count: number): string {
  if (count === 1) return 'grid-cols-1';
  return count === 2 || count === 4 ? 'grid-cols-2' : 'grid-cols-3';
}
