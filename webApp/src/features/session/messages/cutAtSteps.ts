import type { ToolStep } from '@/api/schema';

/** A part of an answer's text, and what was looked up after it. */
export interface AnswerPiece {
  text: string;
  steps: ToolStep[];
}

/** An answer as it came: its text cut where tools were used. The last piece has no steps. */
export function cutAtSteps(text: string, steps: readonly ToolStep[]): AnswerPiece[] {
  const pieces: AnswerPiece[] = [];
  let taken = 0;
  let counted = 0;
  let open: AnswerPiece | null = null;
  for (const step of steps) {
    const offset = step.offset;
    if (open === null || offset > counted) {
      const end = advance(text, taken, offset - counted);
      open = { text: text.slice(taken, end).trim(), steps: [] };
      pieces.push(open);
      [taken, counted] = [end, Math.max(counted, offset)];
    }
    open.steps.push(step);
  }
  const rest = text.slice(taken);
  return [...pieces, { text: open ? rest.replace(/^\n+/, '') : rest, steps: [] }];
}

/** Where a text has so many code points more; the server counts those, a string its units. */
function advance(text: string, from: number, codePoints: number): number {
  let at = from;
  for (let left = codePoints; left > 0 && at < text.length; left -= 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}
