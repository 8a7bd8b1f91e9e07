/* Lets the app start without the server. vite.config.ts puts the names of the build's files in. */
const VERSION = '__VERSION__';
// eslint-disable-next-line no-undef -- the build puts a list in its place
const FILES = __FILES__;
const STEM = 'chat-registry ';
const CACHE = `${STEM}${VERSION}`;
const LONGEST_WAIT_MS = 4_000;
/** First parts of addresses that belong to the server; its answers are never kept. */
const SERVER_PATHS = [
  'api',
  'auth',
  'docs',
  'redoc',
  'openapi.json',
  'healthz',
  'readyz',
  'metrics',
];

self.addEventListener('install', (event) => {
  const requests = FILES.map(
    (path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' }),
  );
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

// A new version waits until no page of the old one is open, which may still need its parts.
self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldCaches().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isOurs = origin === self.location.origin && request.method === 'GET';
  if (!isOurs || SERVER_PATHS.includes(pathname.split('/')[1])) return;
  if (request.mode === 'navigate') event.respondWith(openPage(request));
  else if (FILES.includes(pathname)) event.respondWith(readFile(request, pathname));
});

async function dropOldCaches() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(STEM) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** The server's page, so that nobody is held at an old version; the kept one without the server. */
async function openPage(request) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) });
    if (response.status < 500) return response;
    return (await readKeptPage()) ?? response;
  } catch (error) {
    const kept = await readKeptPage();
    if (kept) return kept;
    throw error;
  }
}

async function readKeptPage() {
  const cache = await caches.open(CACHE);
  return cache.match('/');
}

async function readFile(request, pathname) {
  const cache = await caches.open(CACHE);
  return (await cache.match(pathname)) ?? fetch(request);
}
