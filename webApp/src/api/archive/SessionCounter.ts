/** Each file of a ZIP begins with this signature; its name begins 30 bytes after. */
const SIGNATURE = [0x50, 0x4b, 0x03, 0x04];
const NAME_AT = 30;
const FOLDER = new TextEncoder().encode('sessions/');
const HEAD_BYTES = NAME_AT + FOLDER.length;

/** Counts the sessions of an archive as its bytes go by, for progress: a file may look like one. */
export class SessionCounter {
  count = 0;
  #rest = new Uint8Array();

  feed(piece: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    const end = Math.max(0, bytes.length - HEAD_BYTES + 1);
    for (let at = bytes.indexOf(SIGNATURE[0] ?? 0); at >= 0 && at < end;) {
      if (beginsSession(bytes, at)) this.count += 1;
      at = bytes.indexOf(SIGNATURE[0] ?? 0, at + 1);
    }
    this.#rest = bytes.slice(end);
  }
}

function beginsSession(bytes: Uint8Array, at: number): boolean {
  return (
    SIGNATURE.every((byte, place) => bytes[at + place] === byte) &&
    FOLDER.every((byte, place) => bytes[at + NAME_AT + place] === byte)
  );
}
