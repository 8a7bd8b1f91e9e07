import { useNavigate } from 'react-router';

import { Button } from '@/lib/ui/Button';

interface SaveBarProps {
  formId: string;
  words: string;
  workingWords: string;
  canSave: boolean;
  isSaving: boolean;
  /** Where giving up leads; what was written is dropped. */
  onGiveUp: () => void;
  giveUpTo: string;
}

/** The buttons under a form, always in sight. */
export function SaveBar(props: SaveBarProps) {
  const { formId, words, workingWords, canSave, isSaving, onGiveUp, giveUpTo } = props;
  const navigate = useNavigate();
  return (
    <div className="flex justify-end gap-2">
      <Button
        className="h-9 max-phone:h-11"
        onClick={() => {
          onGiveUp();
          void navigate(giveUpTo);
        }}
      >
        Discard
      </Button>
      <Button
        type="submit"
        form={formId}
        look="accent"
        className="h-9 max-phone:h-11 max-phone:flex-1"
        disabled={!canSave}
        aria-disabled={isSaving}
      >
        {isSaving ? workingWords : words}
      </Button>
    </div>
  );
}
