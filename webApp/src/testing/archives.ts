import { deflateRawSync } from 'node:zlib';

interface MadeArchive {
  /** Given to each session's file, as its only line. */
  sessions?: string[];
  manifest?: object;
  /** As an archive is written whose offsets have more than 32 bits. */
  is64Bit?: boolean;
}

/** An archive as the server writes it: each size stands behind its file, and the manifest is last. */
export function makeArchive({
  sessions = ['{}'],
  manifest = {},
  is64Bit = false,
}: MadeArchive = {}) {
  const files = sessions.map((content, place): [string, string] => [
    `sessions/${String(place + 1).padStart(6, '0')}.jsonl`,
    content,
  ]);
  const described = { sessions: sessions.length, messages: 2 * sessions.length, ...manifest };
  files.push(['manifest.json', JSON.stringify(described)]);
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  for (const [name, content] of files) {
    const packed = deflateRawSync(content);
    const isFar = is64Bit && name === 'manifest.json';
    entries.push(makeEntry(name, packed.length, { offset: lengthOf(parts), isFar }));
    parts.push(makeHeader(name), packed, Buffer.alloc(24));
  }
  const offset = lengthOf(parts);
  const size = lengthOf(entries);
  parts.push(...entries);
  if (is64Bit) parts.push(...makeEnd64(offset, size));
  parts.push(makeEnd(is64Bit ? 0xffffffff : offset, is64Bit ? 0xffffffff : size));
  return new Uint8Array(Buffer.concat(parts));
}

function lengthOf(parts: Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function makeHeader(name: string): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\u0003\u0004', 'latin1');
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(20, 28);
  return Buffer.concat([header, Buffer.from(name), Buffer.alloc(20)]);
}

function makeEntry(name: string, packedSize: number, at: { offset: number; isFar: boolean }) {
  const entry = Buffer.alloc(46);
  entry.write('PK\u0001\u0002', 'latin1');
  entry.writeUInt32LE(packedSize, 20);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(at.isFar ? 12 : 0, 30);
  entry.writeUInt32LE(at.isFar ? 0xffffffff : at.offset, 42);
  const extra = Buffer.alloc(at.isFar ? 12 : 0);
  if (at.isFar) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(at.offset), 4);
  }
  return Buffer.concat([entry, Buffer.from(name), extra]);
}

function makeEnd64(offset: number, size: number): Buffer[] {
  const end = Buffer.alloc(56);
  end.write('PK\u0006\u0006', 'latin1');
  end.writeBigUInt64LE(BigInt(size), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\u0006\u0007', 'latin1');
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  return [end, locator];
}

function makeEnd(offset: number, size: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
