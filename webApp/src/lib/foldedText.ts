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

/** Where a query stands in a text, from start to end, without overlaps; none for an empty query. */
export function findMatches(text: string, query: string): { start: number; end: number }[] {
  const wanted = fold(query.trim()).text;
  if (wanted === '') return [];
  const { text: folded, places } = fold(text);
  const matches: { start: number; end: number }[] = [];
  let at = folded.indexOf(wanted);
  while (at !== -1) {
    const end = at + wanted.length;
    matches.push({ start: places[at] ?? 0, end: places[end] ?? text.length });
    at = folded.indexOf(wanted, end);
  }
  return matches;
}
