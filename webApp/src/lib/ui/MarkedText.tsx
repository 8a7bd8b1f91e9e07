import { findMatches } from '@/lib/foldedText';

/** A text with every place marked where something wanted stands in it. */
export function MarkedText({ text, wanted }: { text: string; wanted: readonly string[] }) {
  const matches = findMatches(text, wanted);
  return (
    <>
      {matches.map(({ start, end }, index) => (
        <span key={start}>
          {text.slice(matches[index - 1]?.end ?? 0, start)}
          <Mark>{text.slice(start, end)}</Mark>
        </span>
      ))}
      {text.slice(matches.at(-1)?.end ?? 0)}
    </>
  );
}

export function Mark({ children }: { children: string }) {
  return <mark className="rounded-inset bg-match text-text">{children}</mark>;
}
