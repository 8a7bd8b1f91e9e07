import { type QueryClient, useQueryClient } from '@tanstack/react-query';

import { Uploader } from '@/api/attachments/Uploader';
import { forgetAllLocalBytes } from '@/api/attachments/localBytes';
import { onUserLeaving } from '@/lib/userLeaving';

const uploaders = new WeakMap<QueryClient, Uploader>();

/** The one uploader of this tab. */
export function useUploader(): Uploader {
  const queryClient = useQueryClient();
  const known = uploaders.get(queryClient);
  if (known) return known;
  const uploader = new Uploader(queryClient);
  uploaders.set(queryClient, uploader);
  onUserLeaving(() => {
    uploader.forget();
    forgetAllLocalBytes();
  });
  return uploader;
}
