import type { ToolStep } from '@/api/schema';
import { Markdown } from '@/features/session/markdown/Markdown';
import { cutAtSteps } from '@/features/session/messages/cutAtSteps';
import { ToolSteps } from '@/features/session/messages/ToolSteps';

interface AnswerTextProps {
  text: string;
  steps: readonly ToolStep[];
  isStreaming: boolean;
}

/** What an answer says, and where it stood still to look something up. */
export function AnswerText({ text, steps, isStreaming }: AnswerTextProps) {
  const pieces = cutAtSteps(text, steps);
  const isUsingTools = isStreaming && steps.some(({ status }) => status === 'running');
  return pieces.map((piece, place) => {
    const isGrowing = isStreaming && !isUsingTools && place === pieces.length - 1;
    if (!isGrowing && piece.text === '' && piece.steps.length === 0) return null;
    return (
      <div key={place} className={place > 0 ? 'mt-3' : undefined}>
        {(isGrowing || piece.text !== '') && <Markdown text={piece.text} isStreaming={isGrowing} />}
        <ToolSteps steps={piece.steps} isLive={isStreaming} />
      </div>
    );
  });
}
