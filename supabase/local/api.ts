/** Supabase Lite: PostgREST, GoTrue and Storage in this process, over the embedded PostgreSQL. */
import fs from 'node:fs';
import path from 'node:path';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { App } from '@supabase/lite';
import { parse } from 'smol-toml';

// Lite reads these when it is loaded, which is why the import below waits.
process.env['LITE_TELEMETRY'] = '0';
process.env['EXPERIMENTAL_STORAGE'] = '1';

export interface Api {
  /** Makes Lite's own tables (auth, storage); migrations reference them. */
  prepare(): Promise<void>;
  /** Begins to answer. Lite reads the schema once, so every migration must be in by then. */
  listen(port: number): Promise<void>;
  stop(): Promise<void>;
}

export async function createApi(configFile: string, dataDir: string): Promise<Api> {
  const lite = await import('@supabase/lite/cli');
  // Lite keeps stored objects below the current directory, and finds its configuration there.
  process.chdir(dataDir);
  const ownConfig = path.join('supabase', 'config.json');
  fs.mkdirSync('supabase', { recursive: true, mode: 0o700 });
  fs.writeFileSync(ownConfig, JSON.stringify(configure(configFile), null, 2));
  const noCloudAccount = {
    getItem: () => Promise.resolve(null),
    setItem: () => Promise.resolve(),
    removeItem: () => Promise.resolve(),
  };
  const client = await lite.createApi({
    withSupabaseClient: false,
    authStorage: noCloudAccount as never,
  });
  // Without admin: false a request with no key acts as service_role.
  const app = await client.project.local.createApp(ownConfig, { admin: false });
  return serve(app);
}

/** The project's config.toml, with what only the embedded stack adds to it. */
function configure(configFile: string): unknown {
  const config = parse(fs.readFileSync(configFile, 'utf8'));
  return {
    ...config,
    // The migrations are applied by migrations.ts: one transaction a file.
    db: { driver: 'postgres', url: 'env(LITE_DB_URL)', migrations: { enabled: false } },
    auth: {
      ...(config['auth'] as object),
      jwt_secret: 'env(SUPABASE_JWT_SECRET)',
      publishable_key: 'env(SUPABASE_PUBLISHABLE_KEY)',
      secret_key: 'env(SUPABASE_SECRET_KEY)',
    },
  };
}

function serve(app: App): Api {
  const server: ServerType = createAdaptorServer({
    fetch: (request, bindings) => {
      const incoming = 'incoming' in bindings ? bindings.incoming : undefined;
      return app.fetch(request, { peerAddress: incoming?.socket.remoteAddress ?? null });
    },
  });
  return {
    prepare: () => app.ensureSystemSchema(),
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      }),
    stop: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      await app.connection.close();
    },
  };
}
