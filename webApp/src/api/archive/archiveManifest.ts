/** What an archive says of itself; docs/export.md has the format. */
export interface ArchiveManifest {
  sessions: number;
  messages: number;
  /** The files that the storage had lost; left out when it has them all. */
  missing?: { filename: string }[];
}

/**
 * The records at the end of a ZIP file, and the manifest's entry in its list of files, which is the
 * last: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
const END = { signature: 0x06054b50, bytes: 22, directorySize: 12, directoryOffset: 16 };
const LOCATOR_64 = { signature: 0x07064b50, bytes: 20, endOffset: 8 };
const END_64 = { bytes: 56, directorySize: 40, directoryOffset: 48 };
const ENTRY = { signature: 0x02014b50, packedSize: 20, extraLength: 30, offset: 42, name: 46 };
const EXTRA_64 = { id: 1, bytes: 4 };
const HEADER = { bytes: 30, nameLength: 26, extraLength: 28 };
const IN_64_BITS = 0xffffffff;
const NAME = 'manifest.json';
/** The entry with every extra that it can have. */
const ENTRY_MAX_BYTES = ENTRY.name + NAME.length + EXTRA_64.bytes + 24;

/** Whether these bytes, the last of a file, are how a ZIP file of ours ends. */
export function endsArchive(tail: Uint8Array<ArrayBuffer>): boolean {
  return (
    tail.length >= END.bytes && viewOf(tail.slice(-END.bytes)).getUint32(0, true) === END.signature
  );
}

/** Reads what an archive says it holds; null for what is no whole archive. */
export async function readManifest(archive: Blob): Promise<ArchiveManifest | null> {
  try {
    const { offset, packedSize } = await findEntry(archive);
    const header = viewOf(await read(archive, offset, HEADER.bytes));
    const begin =
      offset +
      HEADER.bytes +
      header.getUint16(HEADER.nameLength, true) +
      header.getUint16(HEADER.extraLength, true);
    return await inflate(await read(archive, begin, packedSize));
  } catch {
    return null;
  }
}

async function findEntry(archive: Blob): Promise<{ offset: number; packedSize: number }> {
  const end = await findDirectory(archive);
  const from = Math.max(end.offset, end.offset + end.size - ENTRY_MAX_BYTES);
  const view = viewOf(await read(archive, from, end.offset + end.size - from));
  let at = view.byteLength - ENTRY.name - NAME.length;
  while (view.getUint32(at, true) !== ENTRY.signature) at -= 1;
  const packedSize = view.getUint32(at + ENTRY.packedSize, true);
  const offset = view.getUint32(at + ENTRY.offset, true);
  if (offset !== IN_64_BITS) return { offset, packedSize };
  const extra = at + ENTRY.name + NAME.length;
  if (view.getUint16(extra, true) !== EXTRA_64.id) throw new Error('The offset is not there.');
  // Of what it can hold only the offset of a manifest is so large.
  return { offset: Number(view.getBigUint64(extra + EXTRA_64.bytes, true)), packedSize };
}

async function findDirectory(archive: Blob): Promise<{ offset: number; size: number }> {
  const endAt = archive.size - END.bytes;
  const end = viewOf(await read(archive, endAt, END.bytes));
  if (end.getUint32(0, true) !== END.signature) throw new Error('It was cut off.');
  const locator = viewOf(await read(archive, endAt - LOCATOR_64.bytes, LOCATOR_64.bytes));
  if (locator.getUint32(0, true) !== LOCATOR_64.signature) {
    const offset = end.getUint32(END.directoryOffset, true);
    return { offset, size: end.getUint32(END.directorySize, true) };
  }
  const end64At = Number(locator.getBigUint64(LOCATOR_64.endOffset, true));
  const end64 = viewOf(await read(archive, end64At, END_64.bytes));
  return {
    offset: Number(end64.getBigUint64(END_64.directoryOffset, true)),
    size: Number(end64.getBigUint64(END_64.directorySize, true)),
  };
}

async function read(archive: Blob, begin: number, length: number) {
  return new Uint8Array(await archive.slice(begin, begin + length).arrayBuffer());
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<ArchiveManifest> {
  const inflating = new DecompressionStream('deflate-raw');
  const writer = inflating.writable.getWriter();
  const written = writer.write(packed).then(() => writer.close());
  const [text] = await Promise.all([new Response(inflating.readable).text(), written]);
  return JSON.parse(text) as ArchiveManifest;
}
