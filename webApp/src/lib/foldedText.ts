/** A text as the search compares it, and where each of its characters stands in the text itself. */
interface Folded {
  text: string;
  /** The place in the text of each place of the folded one, and of its end. */
  places: number[];
}

/** Folds as the database does: lower case, the dotless i as i, without combining dots. */
function fold(text: string): Folded {
  let folded = '';
  const places: number[] = [];
  let place = 0;
  for (const character of text) {
    const lower = character.toLowerCase().replaceAll('ı', 'i').replaceAll('\u0307', '');
    for (let unit = 0; unit < lower.length; unit += 1) places.push(place);
    folded += lower;
    place += character.length;
  }
  return { text: folded, places: [...places, place] };
}

/**
 * What is to be marked of a query in a text: the query as it was typed where it stands there so, or
 * else its words; single letters only where there is nothing longer.
 */
export function wantedIn(text: string, query: string): string[] {
  const typed = query.trim();
  if (typed === '' || fold(text).text.includes(fold(typed).text)) return [typed];
  const words = typed.split(/\s+/);
  const longer = words.filter((word) => word.length > 1);
  return longer.length > 0 ? longer : words;
}

/** Where something wanted stands in a text, from start to end, without overlaps. */
export function findMatches(
  text: string,
  wanted: readonly string[],
): { start: number; end: number }[] {
  const { text: folded, places } = fold(text);
  const words = wanted.map((word) => fold(word).text).filter((word) => word !== '');
  const longestFirst = words.sort((a, b) => b.length - a.length);
  const matches: { start: number; end: number }[] = [];
  for (let at = 0; at < folded.length;) {
    const word = longestFirst.find((candidate) => folded.startsWith(candidate, at));
    const end = at + (word?.length ?? 1);
    if (word) matches.push({ start: places[at] ?? 0, end: places[end] ?? text.length });
    at = end;
  }
  return matches;
}
