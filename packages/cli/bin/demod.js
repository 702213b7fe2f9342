#!/usr/bin/env node
// In a checkout that is not built yet, builds first: `npm ci` runs no scripts, its packages' or ours (see .npmrc).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (!existsSync(new URL('../dist/main.js', import.meta.url))) {
  process.stderr.write('demod: building, once\n');
  const turbo = fileURLToPath(new URL('../../../node_modules/turbo/bin/turbo', import.meta.url));
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const { status } = spawnSync(process.execPath, [turbo, 'build', '--output-logs=errors-only'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) {
    process.stderr.write('error: the build failed; `npx turbo build` shows why\n');
    process.exit(1);
  }
}
await import('../dist/main.js');
