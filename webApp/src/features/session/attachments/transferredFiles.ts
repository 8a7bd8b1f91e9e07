/**
 * The files in what is pasted; none where text is meant: office programs put a picture of the text
 * beside it.
 */
export function pastedFiles({ files, types }: DataTransfer, now: Date): File[] {
  const isText = types.includes('text/plain') && types.includes('text/html');
  return isText ? [] : Array.from(files, (file) => named(file, now));
}

/** Browsers call every picture from the clipboard the same. */
function named(file: File, now: Date): File {
  const ending = /^image\.(\w+)$/.exec(file.name)?.[1];
  if (ending === undefined) return file;
  const two = (part: number) => String(part).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.');
  return new File([file], `Pasted image ${time}.${ending}`, { type: file.type });
}
