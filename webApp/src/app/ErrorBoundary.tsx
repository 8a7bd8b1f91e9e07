import { Component, type ReactNode } from 'react';

import { StatusPage } from '@/lib/ui/StatusPage';

interface ErrorBoundaryProps {
  children: ReactNode;
}

/** Catches what a part of the app throws while drawing; the rest of the page stays usable. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <StatusPage
        sentence="This part of the page stopped working."
        action="Load it again"
        onAction={() => window.location.reload()}
      />
    );
  }
}
