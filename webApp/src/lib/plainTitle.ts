/** Control characters, and what turns the direction of the text around it. */
const UNSHOWABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu;

/** What a title is made of is looked for no further. */
const LOOKED_AT = 1_000;

/** A title as the server stores it: one line, without what would disturb the text around it. */
export function plainTitle(text: string): string {
  return text
    .replaceAll(/\p{White_Space}/gu, ' ')
    .replaceAll(UNSHOWABLE, '')
    .replaceAll(/ +/gu, ' ')
    .trim();
}

/**
 * The first words of a message, which the server makes the title of its session: at most 60
 * characters, cut between words unless that leaves too few. Empty where nothing can be read. The
 * marks of Markdown are taken off by the server alone.
 */
export function titleOf(content: string): string {
  const characters = Array.from(plainTitle(content.trimStart().slice(0, LOOKED_AT)));
  if (characters.length <= 60) return characters.join('');
  const start = characters.slice(0, 60).join('');
  return `${/^(.{30,59}) /u.exec(start)?.[1] ?? characters.slice(0, 59).join('')}…`;
}
