/** A place in the file system that a user has chosen, with what was there before. */
export function makeFileHandle(before = '') {
  const place = { content: before, isThere: true, written: [] as Uint8Array[] };
  const handle = {
    getFile: () => Promise.resolve(new Blob([place.content])),
    createWritable: () =>
      Promise.resolve({
        write: (piece: Uint8Array) => {
          place.written.push(piece);
          return Promise.resolve();
        },
        close: () => {
          place.content = Buffer.concat(place.written).toString('latin1');
          handle.getFile = () => Promise.resolve(new Blob(place.written as BlobPart[]));
          return Promise.resolve();
        },
        abort: () => {
          place.written = [];
          return Promise.resolve();
        },
      }),
    remove: () => {
      place.isThere = false;
      return Promise.resolve();
    },
  };
  return { place, handle };
}
