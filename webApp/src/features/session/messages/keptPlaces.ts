interface KeptPlace {
  /** The row at the top of the view. */
  key: string;
  /** How much of it is above the view. */
  offset: number;
  /** Of a message that the address names; null where it names none. */
  visit: string | null;
}

const places = new Map<string, KeptPlace>();

/** Remembers where a session is being read, while the app is open; null is its end. */
export function keepPlace(sessionId: string, place: KeptPlace | null): void {
  if (place === null) places.delete(sessionId);
  else places.set(sessionId, place);
}

export function keptPlace(sessionId: string): KeptPlace | undefined {
  return places.get(sessionId);
}
