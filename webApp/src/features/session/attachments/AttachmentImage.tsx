import { useQuery } from '@tanstack/react-query';
import { ImageOff } from 'lucide-react';
import { useState } from 'react';

import { ApiError } from '@/api/apiError';
import { attachmentBytesOptions } from '@/api/attachments/attachmentRequests';
import { forgetLocalBytes } from '@/api/attachments/localBytes';
import type { Attachment } from '@/api/schema';
import { BlobImage } from '@/features/session/attachments/BlobImage';
import { classNames } from '@/lib/ui/classNames';

interface AttachmentImageProps {
  attachment: Attachment;
  /** Shown whole; with others beside it, it is the middle of it, as a square. */
  isAlone: boolean;
  /** Somebody is about to open it. */
  onPrepare: () => void;
  onOpen: (opener: HTMLElement) => void;
}

/** An image in its message; its frame has the same size before, while and whether or not it loads. */
export function AttachmentImage(props: AttachmentImageProps) {
  const { attachment, isAlone, onPrepare, onOpen } = props;
  const bytes = useQuery(attachmentBytesOptions(attachment));
  const [isBroken, setIsBroken] = useState(false);
  const frame = classNames(
    'block w-full overflow-hidden rounded-inset',
    isAlone ? 'aspect-4/3' : 'aspect-square',
  );
  if (bytes.data && !isBroken) {
    return (
      <button
        type="button"
        aria-label={`Open ${attachment.filename}`}
        title={attachment.filename}
        aria-haspopup="dialog"
        className={classNames(
          frame,
          'cursor-zoom-in focus-visible:outline-offset-2',
          isAlone && 'bg-page inset-ring inset-ring-line',
        )}
        onPointerEnter={onPrepare}
        onFocus={onPrepare}
        onClick={(event) => onOpen(event.currentTarget)}
      >
        <BlobImage
          bytes={bytes.data}
          alt=""
          className={classNames(
            'size-full animate-fade-in',
            isAlone ? 'object-scale-down' : 'object-cover',
          )}
          onError={() => setIsBroken(true)}
        />
      </button>
    );
  }
  if (!isBroken && !bytes.isError) {
    return (
      <span
        role="img"
        aria-label={`Loading ${attachment.filename}`}
        className={classNames(frame, 'bg-hover')}
      />
    );
  }
  const isGone = bytes.error instanceof ApiError && bytes.error.status === 404;
  const tryAgain = () => {
    setIsBroken(false);
    forgetLocalBytes(attachment.id);
    void bytes.refetch();
  };
  return (
    <span
      className={classNames(
        frame,
        'grid place-content-center justify-items-center gap-1 bg-hover p-2 text-center text-note text-muted',
      )}
    >
      <ImageOff aria-hidden size={16} className="text-icon" />
      {isAlone && (isGone ? 'This image is no longer there.' : 'Could not load this image.')}
      {!isGone && (
        <button
          type="button"
          aria-label={`Load ${attachment.filename} again`}
          className="relative font-semibold text-accent after:absolute max-phone:after:-inset-3"
          onClick={tryAgain}
        >
          Try again
        </button>
      )}
    </span>
  );
}
