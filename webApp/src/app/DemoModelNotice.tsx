import { usePublicConfig } from '@/api/publicConfig';

/** Says plainly that no real model answers yet; nothing when one does. */
export function DemoModelNotice() {
  const { is_demo_model: isDemoModel } = usePublicConfig();
  if (!isDemoModel) return null;
  return (
    <p className="text-note text-muted">Answers come from a demo model until a model key is set.</p>
  );
}
