import { Braces, Ellipsis, FileText } from 'lucide-react';

import { describeError } from '@/api/apiError';
import { type ExportFormat, useExportSession } from '@/api/hooks/useExportSession';
import { toastError } from '@/lib/toastError';
import { IconButton } from '@/lib/ui/IconButton';
import { Menu, MenuItem, MenuLabel } from '@/lib/ui/Menu';

/** What is done with the open session. */
export function SessionMenu({ sessionId }: { sessionId: string }) {
  const exported = useExportSession(sessionId);
  const save = (format: ExportFormat) => {
    exported.mutate(format, {
      onError: (error) => toastError(`${describeError(error)} Nothing was exported.`),
    });
  };
  return (
    <Menu
      isOpenAtFirst
      trigger={
        <IconButton label="Session menu">
          <Ellipsis aria-hidden size={16} />
        </IconButton>
      }
    >
      <MenuLabel>Export, every version included</MenuLabel>
      <MenuItem disabled={exported.isPending} onSelect={() => save('markdown')}>
        <FileText aria-hidden size={16} className="text-icon" />
        As Markdown
      </MenuItem>
      <MenuItem disabled={exported.isPending} onSelect={() => save('json')}>
        <Braces aria-hidden size={16} className="text-icon" />
        As JSON
      </MenuItem>
    </Menu>
  );
}
