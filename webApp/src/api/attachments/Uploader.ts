import { onlineManager, type QueryClient } from '@tanstack/react-query';

import { ApiError, describeError } from '@/api/apiError';
import { deleteAttachment } from '@/api/attachments/attachmentRequests';
import { checkFile, MESSAGE_MAX_FILES } from '@/api/attachments/checkFile';
import {
  claimNewSessionId,
  type DraftFile,
  findDraftFiles,
  patchDraftFile,
  setDraftFiles,
  useDraftFilesStore,
} from '@/api/attachments/draftFiles';
import { forgetLocalBytes, keepLocalBytes } from '@/api/attachments/localBytes';
import { postAttachment } from '@/api/attachments/postAttachment';
import { dropUnstartedSession, makeUnstartedSession } from '@/api/attachments/unstartedSession';
import { newId } from '@/lib/newId';

/** A browser keeps six connections to a server, and answers that are being written hold four. */
const MAX_AT_ONCE = 2;

/** Where files are put. */
export interface UploadPlace {
  /** The draft they stand beside. */
  draftKey: string;
  /** The session they belong to; null for the one to come, which is made for them. */
  sessionId: string | null;
  /** The session may not be made yet. */
  isNewSession: boolean;
}

interface Upload {
  place: UploadPlace;
  key: string;
  file: File;
  given: AbortController;
}

/** Uploads the files of drafts. It belongs to the tab, not to a page of it. */
export class Uploader {
  readonly #queryClient: QueryClient;
  /** By the key of the draft file, until it is uploaded, refused or removed. */
  readonly #uploads = new Map<string, Upload>();
  readonly #waiting: Upload[] = [];
  readonly #stopWatching: () => void;
  #running = 0;

  constructor(queryClient: QueryClient) {
    this.#queryClient = queryClient;
    // What the connection cost is tried again when it is back.
    this.#stopWatching = onlineManager.subscribe((isOnline) => {
      if (isOnline) this.#retryAll();
    });
  }

  /** Adds files to a draft and uploads them; returns those that are more than a message holds. */
  add(place: UploadPlace, files: readonly File[]): readonly File[] {
    const room = Math.max(0, MESSAGE_MAX_FILES - findDraftFiles(place.draftKey).length);
    const added = files.slice(0, room).map((file): Upload => {
      return { place, key: newId(), file, given: new AbortController() };
    });
    setDraftFiles(place.draftKey, (known) => [...known, ...added.map(asWaiting)]);
    for (const upload of added) {
      this.#uploads.set(upload.key, upload);
      void this.#check(upload);
    }
    this.#holdPage();
    return files.slice(room);
  }

  /** Takes a file out of a draft, wherever its upload stands. */
  remove({ draftKey, sessionId }: UploadPlace, { key, attachment }: DraftFile): void {
    this.#uploads.get(key)?.given.abort();
    this.#drop(key);
    setDraftFiles(draftKey, (files) => files.filter((file) => file.key !== key));
    if (attachment) {
      forgetLocalBytes(attachment.id);
      // One that stays behind is part of no message, and swept by the server.
      deleteAttachment(attachment.id).catch(() => undefined);
    }
    if (sessionId === null && findDraftFiles(draftKey).length === 0) {
      void dropUnstartedSession(this.#queryClient);
    }
  }

  /** Uploads a file once more that could not be uploaded. */
  retry(key: string): void {
    const upload = this.#uploads.get(key);
    if (!upload) return;
    patchDraftFile(key, { problem: null, canRetry: false, progress: null });
    this.#lineUp(upload);
  }

  /** Gives up every upload: the user has left. */
  forget(): void {
    this.#stopWatching();
    for (const { given } of this.#uploads.values()) given.abort();
    this.#uploads.clear();
    this.#waiting.length = 0;
    this.#holdPage();
  }

  async #check(upload: Upload): Promise<void> {
    const problem = await checkFile(upload.file);
    if (problem === null) {
      this.#lineUp(upload);
      return;
    }
    this.#drop(upload.key);
    patchDraftFile(upload.key, { problem });
  }

  #lineUp(upload: Upload): void {
    if (upload.given.signal.aborted) return;
    this.#waiting.push(upload);
    this.#next();
  }

  #next(): void {
    while (this.#running < MAX_AT_ONCE) {
      const upload = this.#waiting.shift();
      if (!upload) break;
      if (upload.given.signal.aborted) continue;
      this.#running += 1;
      void this.#send(upload).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #send({ place, key, file, given: { signal } }: Upload): Promise<void> {
    const patch = (change: Partial<DraftFile>) => patchDraftFile(key, change);
    try {
      patch({ progress: 0 });
      const sessionId = place.sessionId ?? claimNewSessionId();
      if (place.isNewSession) await makeUnstartedSession(this.#queryClient, sessionId);
      const onProgress = (progress: number) => patch({ progress });
      const { name: filename } = file;
      const attachment = await postAttachment({ sessionId, file, filename, onProgress }, signal);
      keepLocalBytes(attachment, file);
      this.#drop(key);
      patch({ attachment, progress: 1, isImage: attachment.kind === 'image' });
    } catch (error) {
      // A file that was moved or changed since it was chosen fails as a lost connection does.
      const problem = mayHelp(error) ? await checkFile(file) : describeError(error);
      if (signal.aborted) return;
      if (problem !== null) this.#drop(key);
      patch({ problem: problem ?? describeError(error), canRetry: problem === null });
    }
  }

  #drop(key: string): void {
    this.#uploads.delete(key);
    this.#holdPage();
  }

  /** A page that is left would lose what only it has; the browser asks. */
  #holdPage(): void {
    if (this.#uploads.size > 0) window.addEventListener('beforeunload', preventLeaving);
    else window.removeEventListener('beforeunload', preventLeaving);
  }

  #retryAll(): void {
    const files = Object.values(useDraftFilesStore.getState().files).flat();
    for (const { key, canRetry } of files) if (canRetry) this.retry(key);
  }
}

function asWaiting({ key, file }: Upload): DraftFile {
  return {
    key,
    filename: file.name,
    sizeBytes: file.size,
    isImage: file.type.startsWith('image/'),
    progress: null,
    attachment: null,
    problem: null,
    canRetry: false,
  };
}

function mayHelp(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

function preventLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
