import { ArrowLeftRight, RefreshCw } from 'lucide-react';
import { type ReactNode, useContext } from 'react';

import { usePublicConfig } from '@/api/publicConfig';
import type { Message } from '@/api/schema';
import { type LiveAnswer, useLiveAnswer } from '@/api/turns/liveAnswers';
import { AnswerText } from '@/features/session/messages/AnswerText';
import { BranchSwitch } from '@/features/session/messages/BranchSwitch';
import { CopyButton } from '@/features/session/messages/CopyButton';
import { describeEnd } from '@/features/session/messages/describeEnd';
import { MessageAction } from '@/features/session/messages/MessageAction';
import { FailedDelivery, MessageFoot } from '@/features/session/messages/MessageFoot';
import { MessageMenuButton } from '@/features/session/messages/MessageMenuButton';
import { MessageRow } from '@/features/session/messages/MessageRow';
import { ReadOnly } from '@/features/session/messages/readOnly';
import { TokenCount } from '@/features/session/messages/TokenCount';
import { useRegenerate } from '@/features/session/messages/useRegenerate';
import { Button } from '@/lib/ui/Button';

const DEMO_MODEL = 'demo';

interface AnswerMessageProps {
  message: Message;
  /** An answer further up is written first. */
  isInLine: boolean;
  /** Nothing follows it: where it broke off, it can be gone on with in one click. */
  isLast: boolean;
}

/** An answer as plain text on the page, while it is written and after. */
export function AnswerMessage({ message, isInLine, isLast }: AnswerMessageProps) {
  const live = useLiveAnswer(message.id);
  const isStreaming = message.status === 'streaming';
  const isAhead = isStreaming && live !== undefined && isNewer(message, live);
  const text = isAhead ? live.text : message.content;
  const steps = (isAhead ? live.steps : message.tool_steps) ?? [];
  const waiting = isInLine
    ? 'Waiting for the answer above'
    : (live?.turnsAhead ?? 0) > 0 && 'Waiting for another answer of this session';
  return (
    <MessageRow
      label="Answer"
      footClassName={message.fallback_notice === null ? 'mt-2' : 'mt-1'}
      foot={
        isStreaming ? (
          live?.isReconnecting && 'The connection broke. Trying again.'
        ) : (
          <EndedFoot message={message} isLast={isLast} />
        )
      }
      versions={<BranchSwitch message={message} />}
      actions={!isStreaming && <AnswerActions message={message} />}
    >
      {waiting && text === '' && steps.length === 0 ? (
        <p className="text-base text-muted">{waiting}</p>
      ) : (
        <AnswerText text={text} steps={steps} isStreaming={isStreaming} />
      )}
      {message.fallback_notice !== null && <FallbackLine>{message.fallback_notice}</FallbackLine>}
    </MessageRow>
  );
}

/** The stream is ahead of what was stored, except before its first event. */
function isNewer(message: Message, live: LiveAnswer): boolean {
  return (
    live.text.length > message.content.length ||
    (live.text.length === message.content.length &&
      live.steps.length >= (message.tool_steps?.length ?? 0))
  );
}

function FallbackLine({ children }: { children: ReactNode }) {
  return (
    <p className="mt-2 flex min-h-6 items-center gap-2 text-note text-muted">
      <ArrowLeftRight aria-hidden size={12} strokeWidth={2.4} className="text-icon-small" />
      {children}
    </p>
  );
}

function AnswerActions({ message }: { message: Message }) {
  const { regenerate, isAsking } = useRegenerate(message);
  const copy = message.content !== '' && <CopyButton look="icon" text={() => message.content} />;
  if (useContext(ReadOnly)) return copy;
  return (
    <>
      {copy}
      <MessageAction
        label="Regenerate"
        disabled={isAsking}
        onClick={() => regenerate({ keepsText: false })}
      >
        <RefreshCw aria-hidden size={14} />
      </MessageAction>
      <MessageMenuButton message={message} />
    </>
  );
}

function EndedFoot({ message, isLast }: Omit<AnswerMessageProps, 'isInLine'>) {
  const nameModel = useModelName();
  const { regenerate, isAsking } = useRegenerate(message);
  const isReadOnly = useContext(ReadOnly);
  const end = describeEnd(message);
  if (end === null) return <MessageFoot message={message} model={nameModel(message)} />;
  const keepsText = message.content !== '';
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span>
        {end.sentence}
        {end.detail !== null && <span className="max-phone:hidden"> {end.detail}</span>}
        <TokenCount usage={message.usage} isSentence />
      </span>
      {isLast && !isReadOnly && (
        <Button
          className="h-7 px-2.5 max-phone:h-8"
          disabled={isAsking}
          onClick={() => regenerate({ keepsText })}
        >
          {keepsText ? 'Continue' : 'Try again'}
        </Button>
      )}
      <FailedDelivery message={message} />
    </span>
  );
}

/** Names the model where that says something: the demo, or another one than is usual here. */
function useModelName(): (message: Message) => string | null {
  const { chat_model: chatModel } = usePublicConfig();
  return ({ model_id: modelId, fallback_notice: notice }) => {
    if (modelId === DEMO_MODEL) return 'Demo model';
    return modelId === chatModel || notice !== null ? null : modelId;
  };
}
