import { create } from 'zustand';
import { persist } from 'zustand/middleware';

import type { Attachment } from '@/api/schema';
import { newId } from '@/lib/newId';
import { roomyStorage } from '@/lib/roomyStorage';

/** A file beside an unsent message. */
export interface DraftFile {
  /** Of this browser's making; the server's id is the attachment's. */
  key: string;
  filename: string;
  sizeBytes: number;
  /** As the browser takes it; the server decides once it has the bytes. */
  isImage: boolean;
  /** How much has been sent, from 0 to 1; null before its turn. */
  progress: number | null;
  /** What the server made of it; null until it has all of it. */
  attachment: Attachment | null;
  /** Why it could not be attached, as a sentence; null when nothing is wrong. */
  problem: string | null;
  /** Trying again may help. */
  canRetry: boolean;
}

interface DraftFiles {
  /** Whose files these are. */
  ownerId: string | null;
  /** By the key of the draft they stand beside. */
  files: Readonly<Record<string, readonly DraftFile[]>>;
  /** The session to come that the files of its first message are uploaded to. */
  newSessionId: string | null;
  /** Sessions that were made for files alone; no list shows them before their first message. */
  unstartedIds: readonly string[];
}

const EMPTY: DraftFiles = { ownerId: null, files: {}, newSessionId: null, unstartedIds: [] };
const STORAGE_KEY = 'chat-registry-draft-files';
const NO_FILES: readonly DraftFile[] = [];
/** The server keeps what is part of no message for seven days. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const NO_LONGER_KEPT = 'This file was kept for a week. Attach it again.';

/** Survives a reload: ids and names only, of what the server has. */
export const useDraftFilesStore = create<DraftFiles>()(
  persist(() => EMPTY, {
    name: STORAGE_KEY,
    version: 1,
    storage: roomyStorage(),
    partialize: (state) => ({ ...state, files: mapFiles(state.files, isUploaded) }),
    merge: (stored, current) => mergeStored(stored as DraftFiles | undefined, current),
  }),
);

// Another tab wrote: what it has sent or removed is gone here too.
window.addEventListener('storage', (event) => {
  if (event.key === STORAGE_KEY) void useDraftFilesStore.persist.rehydrate();
});

export function useDraftFiles(draftKey: string): readonly DraftFile[] {
  return useDraftFilesStore(({ files }) => files[draftKey] ?? NO_FILES);
}

export function findDraftFiles(draftKey: string): readonly DraftFile[] {
  return useDraftFilesStore.getState().files[draftKey] ?? NO_FILES;
}

export function setDraftFiles(
  draftKey: string,
  update: (files: readonly DraftFile[]) => readonly DraftFile[],
): void {
  useDraftFilesStore.setState(({ ownerId, files: { [draftKey]: known = NO_FILES, ...others } }) => {
    // An upload may still end while its user is being signed out.
    if (ownerId === null) return {};
    const updated = update(known);
    return { files: updated.length === 0 ? others : { ...others, [draftKey]: updated } };
  });
}

/** Changes a file wherever it stands; one that was removed meanwhile stays so. */
export function patchDraftFile(key: string, patch: Partial<DraftFile>): void {
  useDraftFilesStore.setState(({ files }) => {
    const [draftKey] = Object.entries(files).find(([, list]) => list.some(hasKey(key))) ?? [];
    if (draftKey === undefined) return {};
    const updated = files[draftKey]?.map((file) =>
      file.key === key ? { ...file, ...patch } : file,
    );
    return { files: { ...files, [draftKey]: updated ?? NO_FILES } };
  });
}

function hasKey(wanted: string) {
  return ({ key }: DraftFile) => key === wanted;
}

/** Puts the files of one draft before those of another. */
export function moveDraftFiles(from: string, to: string): void {
  const moved = findDraftFiles(from);
  setDraftFiles(to, (files) => [...moved, ...files]);
  setDraftFiles(from, () => NO_FILES);
}

/** Takes the files out of a draft whose message is sent. */
export function takeDraftFiles(draftKey: string): Attachment[] {
  const attachments = findDraftFiles(draftKey).flatMap(({ attachment }) => attachment ?? []);
  setDraftFiles(draftKey, () => NO_FILES);
  return attachments;
}

/** Puts the files of a message that was not sent back, before those that are there. */
export function putBackFiles(draftKey: string, attachments: readonly Attachment[]): void {
  setDraftFiles(draftKey, (files) => [...attachments.map(asDraftFile), ...files]);
}

export function asDraftFile(attachment: Attachment): DraftFile {
  return {
    key: attachment.id,
    filename: attachment.filename,
    sizeBytes: attachment.size_bytes,
    isImage: attachment.kind === 'image',
    progress: 1,
    attachment,
    problem: null,
    canRetry: false,
  };
}

/** The id of the session to come, the same until its first message is sent. */
export function claimNewSessionId(): string {
  const newSessionId = useDraftFilesStore.getState().newSessionId ?? newId();
  useDraftFilesStore.setState({ newSessionId });
  return newSessionId;
}

/** A session whose first message was taken back is to come again; its files belong to it. */
export function returnNewSessionId(sessionId: string): void {
  useDraftFilesStore.setState(({ unstartedIds }) => ({
    newSessionId: sessionId,
    unstartedIds: [...unstartedIds.filter((id) => id !== sessionId), sessionId],
  }));
}

/** The session to come has its first message; null when no file was uploaded to one. */
export function takeNewSessionId(): string | null {
  const { newSessionId } = useDraftFilesStore.getState();
  useDraftFilesStore.setState(({ unstartedIds }) => ({
    newSessionId: null,
    unstartedIds: unstartedIds.filter((id) => id !== newSessionId),
  }));
  return newSessionId;
}

/** Another user's arrival drops what the one before has left. */
export function claimDraftFiles(userId: string): void {
  if (useDraftFilesStore.getState().ownerId !== userId) {
    useDraftFilesStore.setState({ ...EMPTY, ownerId: userId });
  }
}

export function forgetDraftFiles(): void {
  useDraftFilesStore.setState(EMPTY);
}

function withoutExpired(file: DraftFile): DraftFile {
  const uploadedAt = Date.parse(file.attachment?.created_at ?? '');
  if (Number.isNaN(uploadedAt) || Date.now() - uploadedAt < KEPT_MS) return file;
  return { ...file, attachment: null, problem: NO_LONGER_KEPT };
}

function isUploaded({ attachment }: DraftFile): boolean {
  return attachment !== null;
}

function mapFiles(
  files: DraftFiles['files'],
  isKept: (file: DraftFile) => boolean,
): DraftFiles['files'] {
  const kept = Object.entries(files).map(([key, list]) => [key, list.filter(isKept)] as const);
  return Object.fromEntries(kept.filter(([, list]) => list.length > 0));
}

/** What is uploaded is as it was stored; what is on its way belongs to this tab. */
function mergeStored(stored: DraftFiles | undefined, current: DraftFiles): DraftFiles {
  if (!stored) return current;
  const isSameOwner = current.ownerId === null || current.ownerId === stored.ownerId;
  if (!isSameOwner) return { ...EMPTY, ...stored };
  const own = mapFiles(current.files, (file) => !isUploaded(file));
  const files = Object.fromEntries(
    Object.entries(stored.files).map(([key, list]) => [key, list.map(withoutExpired)]),
  );
  for (const [key, list] of Object.entries(own)) files[key] = [...(files[key] ?? []), ...list];
  return { ...stored, files };
}
