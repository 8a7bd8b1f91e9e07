import { useState } from 'react';

import type { Message } from '@/api/schema';
import { describeEnd } from '@/features/session/messages/describeEnd';

const SPOKEN_LENGTH = 500;

/** Tells screen readers when an answer begins and how it ended, not each of its words. */
export function LiveAnnouncer({ messages }: { messages: readonly Message[] }) {
  const answer = messages.findLast(({ role }) => role === 'assistant');
  const [known, setKnown] = useState(answer);
  const [spoken, setSpoken] = useState('');
  if (answer && (answer.id !== known?.id || answer.status !== known.status)) {
    setKnown(answer);
    if (answer.status === 'streaming') setSpoken('Answering');
    else if (known?.id === answer.id) setSpoken(wordsFor(answer));
  }
  return (
    <p role="status" className="sr-only">
      {spoken}
    </p>
  );
}

function wordsFor(answer: Message): string {
  const end = describeEnd(answer);
  if (end) return end.sentence;
  if (answer.content.length <= SPOKEN_LENGTH) return `Answer: ${answer.content}`;
  return `Answer: ${answer.content.slice(0, SPOKEN_LENGTH)}… It goes on in the list.`;
}
