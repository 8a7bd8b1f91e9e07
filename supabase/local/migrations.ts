/** Applies supabase/migrations in order and keeps the record where the Supabase CLI keeps it. */
import fs from 'node:fs';
import path from 'node:path';
import type { Sql } from 'postgres';

const FILE_NAME = /^(?<version>\d+)_(?<name>.+)\.sql$/;

/** Returns the names of the files that were applied; each file is one transaction. */
export async function applyMigrations(sql: Sql, directory: string): Promise<string[]> {
  const rows = await sql<{ version: string }[]>`
    select version from supabase_migrations.schema_migrations`;
  const known = new Set(rows.map((row) => row.version));
  const applied: string[] = [];
  for (const file of fs.readdirSync(directory).sort()) {
    const { version, name } = FILE_NAME.exec(file)?.groups ?? {};
    if (version === undefined || name === undefined || known.has(version)) continue;
    await applyFile(sql, path.join(directory, file), version, name);
    applied.push(file);
  }
  return applied;
}

async function applyFile(sql: Sql, file: string, version: string, name: string): Promise<void> {
  const text = fs.readFileSync(file, 'utf8');
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(text).simple();
      await transaction`
        insert into supabase_migrations.schema_migrations (version, name, statements)
        values (${version}, ${name}, ${[text]})`;
    });
  } catch (error) {
    throw new Error(`The migration ${path.basename(file)} failed: ${describe(error, text)}`);
  }
}

function describe(error: unknown, text: string): string {
  if (!(error instanceof Error)) return String(error);
  const position = 'position' in error ? Number(error.position) : NaN;
  if (Number.isNaN(position)) return error.message;
  const line = text.slice(0, position).split('\n').length;
  return `${error.message} (line ${String(line)})`;
}
