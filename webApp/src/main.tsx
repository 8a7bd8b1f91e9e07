import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import '@/styles/base.css';

import { App } from '@/app/App';

// It keeps the files of the build, which there are only in one.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => {
    navigator.serviceWorker.register('/service-worker.js').catch(() => undefined);
  });
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
