import { useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';

import { ApiError, describeError } from '@/api/apiError';
import { attachmentBytesOptions } from '@/api/attachments/attachmentRequests';
import type { Attachment } from '@/api/schema';
import { describeFile, isOpenedInTab } from '@/features/session/attachments/describeFile';
import { FileGlyph } from '@/features/session/attachments/FileGlyph';
import { openBytes } from '@/features/session/attachments/openBytes';
import { saveFile } from '@/lib/saveFile';
import { IconButton } from '@/lib/ui/IconButton';

/** A file of a message. PDF and plain text open in a tab of their own; anything else is only saved. */
export function AttachmentCard({ attachment }: { attachment: Attachment }) {
  const { filename, kind } = attachment;
  const { open, save, isBusy, problem } = useAttachmentFile(attachment);
  const isOpened = isOpenedInTab(attachment);
  return (
    <div className="relative flex min-h-14 items-center rounded-inset bg-page inset-ring inset-ring-line">
      <button
        type="button"
        title={filename}
        disabled={isBusy}
        className="flex min-w-0 flex-1 items-center gap-3 rounded-inset p-2 text-left hover:bg-hover"
        onClick={isOpened ? open : save}
      >
        <span className="grid size-10 flex-none place-items-center rounded-tiny bg-hover text-icon">
          <FileGlyph kind={kind} filename={filename} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="block truncate text-note font-semibold">
            <span className="sr-only">{isOpened ? 'Open' : 'Download'} </span>
            {filename}
          </span>
          <span className="block truncate text-note leading-4 text-muted">
            {isBusy ? 'Loading' : describeFile(attachment)}
          </span>
          {problem !== null && (
            <span role="alert" className="block text-xs text-failed">
              {problem}
            </span>
          )}
        </span>
      </button>
      <IconButton
        label={`Download ${filename}`}
        disabled={isBusy}
        className="mx-1 max-phone:mx-0"
        onClick={save}
      >
        <Download aria-hidden size={16} />
      </IconButton>
    </div>
  );
}

function useAttachmentFile(attachment: Attachment) {
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const load = async (show: (bytes: Promise<Blob>) => Promise<void>) => {
    setIsBusy(true);
    setProblem(null);
    try {
      await show(queryClient.query(attachmentBytesOptions(attachment)));
    } catch (error) {
      const isGone = error instanceof ApiError && error.status === 404;
      setProblem(isGone ? 'This file is no longer there.' : describeError(error));
    } finally {
      setIsBusy(false);
    }
  };
  const open = () => void load((bytes) => openBytes(bytes, attachment));
  const save = () => void load(async (bytes) => saveFile(await bytes, attachment.filename));
  return { open, save, isBusy, problem };
}
