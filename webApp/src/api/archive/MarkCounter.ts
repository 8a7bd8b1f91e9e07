/** Counts how often a few characters stand in what goes by, for progress. */
export class MarkCounter {
  count = 0;
  readonly #mark: Uint8Array;
  #rest = new Uint8Array();

  constructor(mark: string) {
    this.#mark = new TextEncoder().encode(mark);
  }

  feed(piece: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    const first = this.#mark[0] ?? 0;
    const end = Math.max(0, bytes.length - this.#mark.length + 1);
    for (let at = bytes.indexOf(first); at >= 0 && at < end; at = bytes.indexOf(first, at + 1)) {
      if (this.#mark.every((byte, place) => bytes[at + place] === byte)) this.count += 1;
    }
    this.#rest = bytes.slice(end);
  }
}
