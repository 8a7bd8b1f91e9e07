/** The time zone of this device. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

let zones: readonly string[] | undefined;

/** Every time zone this browser knows by its IANA name, in alphabetical order. */
export function timeZones(): readonly string[] {
  zones ??= [...new Set([...Intl.supportedValuesOf('timeZone'), ownTimeZone(), 'UTC'])].sort();
  return zones;
}

/** The zones whose name holds every word of the query, those that begin with it first. */
export function findTimeZones(query: string): string[] {
  const words = simplify(query).split(' ').filter(Boolean);
  const found = timeZones().filter((zone) => {
    const name = simplify(zone);
    return words.every((word) => name.includes(word));
  });
  const [first] = words;
  if (first === undefined) return found;
  const rank = (zone: string) => {
    const parts = simplify(zone).split(' ');
    return parts.at(-1)?.startsWith(first)
      ? 0
      : parts.some((part) => part.startsWith(first))
        ? 1
        : 2;
  };
  return found.sort((one, other) => rank(one) - rank(other));
}

/** How a zone is written for reading: America/New York. */
export function nameTimeZone(zone: string): string {
  return zone.replaceAll('_', ' ');
}

function simplify(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[/_\s]+/g, ' ')
    .trim();
}
