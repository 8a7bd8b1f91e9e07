import { ArrowLeft, PanelLeft } from 'lucide-react';
import { useLocation, useNavigate } from 'react-router';

import { isFromPicker } from '@/lib/fromPicker';
import { IconButton } from '@/lib/ui/IconButton';

export interface HeadStartProps {
  /** How the reader gets to the picker from the pane. */
  pickerAccess: 'beside' | 'drawer' | 'back';
  onOpenDrawer: () => void;
}

/** The first control of a pane's head: back to the list, or the list's drawer. */
export function HeadStart({ pickerAccess, onOpenDrawer }: HeadStartProps) {
  const navigate = useNavigate();
  const location = useLocation();
  if (pickerAccess === 'beside') return null;
  if (pickerAccess === 'drawer') {
    return (
      <IconButton label="Show sessions" onClick={onOpenDrawer}>
        <PanelLeft aria-hidden size={16} />
      </IconButton>
    );
  }
  const goBack = () => {
    // A step back where the list is behind us, or the history would grow with each look at it.
    void (isFromPicker(location.state) ? navigate(-1) : navigate('/', { replace: true }));
  };
  return (
    <IconButton label="Back to sessions" onClick={goBack}>
      <ArrowLeft aria-hidden size={16} />
    </IconButton>
  );
}
