import { type DraftFile, useDraftFiles } from '@/api/attachments/draftFiles';
import type { UploadPlace } from '@/api/attachments/Uploader';
import { useUploader } from '@/api/attachments/useUploader';
import { describeLeftOut } from '@/features/session/attachments/describeUploads';
import { toastError } from '@/lib/toast';

/** The files of a draft and what is done with them. */
export interface Attaching {
  files: readonly DraftFile[];
  add: (files: readonly File[]) => void;
  remove: (file: DraftFile) => void;
  retry: (file: DraftFile) => void;
}

/** Attaches files to the draft of a session, or of the one to come. */
export function useAttaching(place: UploadPlace): Attaching {
  const uploader = useUploader();
  const files = useDraftFiles(place.draftKey);
  return {
    files,
    add: (added) => {
      const leftOut = uploader.add(place, added);
      if (leftOut.length > 0) toastError(describeLeftOut(leftOut));
    },
    remove: (file) => uploader.remove(place, file),
    retry: ({ key }) => uploader.retry(key),
  };
}
