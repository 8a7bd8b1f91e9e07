const FENCE = /^\s*(`{3,}|~{3,})/;
const LIST_ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const INDENTED = /^(?: {2,}|\t)/;
const DEFINITION = /^ {0,3}\[(?!\^)[^\]\n]+\]:\s*\S.*$/gm;
const FOOTNOTE = /\[\^[^\]\s]+\]/;

/**
 * Cuts Markdown at the blank lines where nothing can reach across, so that while an answer grows
 * only its last block is parsed again. Joined, the blocks mean what the whole text means.
 */
export function splitBlocks(markdown: string): string[] {
  // A footnote is shown at the end of the text, far from where it is named.
  if (FOOTNOTE.test(markdown)) return [markdown];
  const blocks: string[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  let isAfterBlank = false;
  for (const line of markdown.split('\n')) {
    const isBlank = line.trim() === '';
    if (fence === null && isAfterBlank && !isBlank && !continues(lines, line)) {
      blocks.push(lines.join('\n'));
      lines = [];
    }
    fence = fenceAfter(line, fence);
    lines.push(line);
    isAfterBlank = isBlank;
  }
  blocks.push(lines.join('\n'));
  return withDefinitions(blocks, markdown);
}

/** Lists go on after a blank line: with what is indented, and with their next item. */
function continues(block: string[], line: string): boolean {
  const isList = LIST_ITEM.test(block.find((other) => other.trim() !== '') ?? '');
  return INDENTED.test(line) || (isList && LIST_ITEM.test(line));
}

function fenceAfter(line: string, fence: string | null): string | null {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return fence;
  if (fence === null) return mark;
  const isClosing = mark.startsWith(fence) && line.trim() === mark;
  return isClosing ? null : fence;
}

/** Links may be defined anywhere; each block gets every definition. */
function withDefinitions(blocks: string[], markdown: string): string[] {
  const definitions = markdown.match(DEFINITION);
  if (!definitions || blocks.length === 1) return blocks;
  return blocks.map((block) => `${definitions.join('\n')}\n\n${block}`);
}
