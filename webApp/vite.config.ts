import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes the service worker, which keeps exactly the files of this build. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const hashed = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
        const plain = readdirSync(pathOf('./public'));
        const files = ['/', ...[...plain, ...hashed.sort()].map((name) => `/${name}`)];
        const hash = createHash('sha256').update(files.join());
        for (const path of ['./index.html', ...plain.map((name) => `./public/${name}`)]) {
          hash.update(readFileSync(pathOf(path)));
        }
        const source = readFileSync(pathOf('./serviceWorker.js'), 'utf8')
          .replace('__VERSION__', hash.digest('hex').slice(0, 12))
          .replace('__FILES__', JSON.stringify(files));
        this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
      },
    },
  };
}

const server = 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react(), tailwindcss(), serviceWorker()],
  resolve: { alias: { '@': pathOf('./src') } },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': server, '/auth': server, '/readyz': server },
  },
  // light-dark() holds both themes in one line per colour; older targets would compile it away.
  build: { cssTarget: ['chrome123', 'firefox120', 'safari17.5'] },
  test: {
    // A file that needs no page says so in its first line, which spares it one.
    environment: 'jsdom',
    // All cores; the default leaves one free for a watcher that is not there.
    maxWorkers: '100%',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    testTimeout: 60_000,
    // As long as src/testing/patience.ts says.
    expect: { poll: { timeout: 15_000 } },
  },
});
