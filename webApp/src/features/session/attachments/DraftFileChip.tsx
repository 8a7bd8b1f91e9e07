import { X } from 'lucide-react';
import { useQuery } from '@tanstack/react-query';

import { attachmentBytesOptions } from '@/api/attachments/attachmentRequests';
import type { DraftFile } from '@/api/attachments/draftFiles';
import type { Attachment } from '@/api/schema';
import { BlobImage } from '@/features/session/attachments/BlobImage';
import { isShownAsImage } from '@/features/session/attachments/describeFile';
import { FileGlyph } from '@/features/session/attachments/FileGlyph';
import { formatBytes } from '@/lib/formatBytes';
import { Button } from '@/lib/ui/Button';
import { classNames } from '@/lib/ui/classNames';

interface DraftFileChipProps {
  file: DraftFile;
  onRemove: () => void;
  onRetry: () => void;
}

/** A file beside an unsent message: its name, how far it is, and what went wrong. */
export function DraftFileChip({ file, onRemove, onRetry }: DraftFileChipProps) {
  const { filename, attachment, problem, progress, canRetry } = file;
  const isOnItsWay = attachment === null && problem === null;
  return (
    <li
      className={classNames(
        'relative flex min-h-14 items-center gap-3 overflow-hidden rounded-inset bg-page p-2 inset-ring inset-ring-line',
        problem !== null && 'col-span-full',
      )}
    >
      <span className="grid size-10 flex-none place-items-center overflow-hidden rounded-tiny bg-hover text-icon">
        {attachment && isShownAsImage(attachment) ? (
          <Thumbnail attachment={attachment} />
        ) : (
          <FileGlyph
            kind={attachment?.kind ?? (file.isImage ? 'image' : 'file')}
            filename={filename}
          />
        )}
      </span>
      <span className="min-w-0 flex-1">
        <span title={filename} className="block truncate text-note font-semibold">
          {filename}
        </span>
        <span
          role={problem === null ? undefined : 'alert'}
          className={classNames('block text-xs', problem === null ? 'text-muted' : 'text-failed')}
        >
          {problem ?? (isOnItsWay ? describeProgress(progress) : formatBytes(file.sizeBytes))}
        </span>
      </span>
      {canRetry && (
        <Button className="h-7 px-2.5" onClick={onRetry}>
          Try again
        </Button>
      )}
      <button
        type="button"
        aria-label={`Remove ${filename}`}
        title="Remove"
        className="relative grid size-6 flex-none place-items-center rounded-inset text-icon hover:bg-hover hover:text-text max-phone:-m-2.5 max-phone:size-11"
        onClick={onRemove}
      >
        <X aria-hidden size={14} />
      </button>
      {isOnItsWay && (
        <span
          role="progressbar"
          aria-label={`Upload of ${filename}`}
          aria-valuenow={Math.round((progress ?? 0) * 100)}
          className="absolute inset-x-0 bottom-0 h-0.5 bg-hover"
        >
          <i
            className="block h-full origin-left bg-accent transition-transform duration-150"
            style={{ transform: `scaleX(${progress ?? 0})` }}
          />
        </span>
      )}
    </li>
  );
}

function describeProgress(progress: number | null): string {
  if (progress === null) return 'Waiting to upload';
  return progress < 1 ? `Uploading ${Math.floor(progress * 100)} %` : 'Storing';
}

function Thumbnail({ attachment }: { attachment: Attachment }) {
  const { data: bytes } = useQuery(attachmentBytesOptions(attachment));
  // The name stands beside it.
  return bytes ? <BlobImage bytes={bytes} alt="" className="size-full object-cover" /> : null;
}
