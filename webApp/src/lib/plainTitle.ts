/* eslint-disable no-control-regex -- they are what is left out */
const UNSHOWABLE =
  /[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu;

/** A title as the server stores it: one line, without what would disturb the text around it. */
export function plainTitle(text: string): string {
  return text
    .replaceAll(UNSHOWABLE, '')
    .replaceAll(/[\s\x1c-\x1f\x85]+/gu, ' ')
    .trim();
}
