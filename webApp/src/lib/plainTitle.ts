/** Control characters, and what turns the direction of the text around it. */
const UNSHOWABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu;

/** A title as the server stores it: one line, without what would disturb the text around it. */
export function plainTitle(text: string): string {
  return text
    .replaceAll(/\p{White_Space}/gu, ' ')
    .replaceAll(UNSHOWABLE, '')
    .replaceAll(/ +/gu, ' ')
    .trim();
}
