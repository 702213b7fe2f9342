// The server of `demod web`: what it gives, what it refuses, and where it listens.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveFolder } from '../src/static-server.js';

let folder: string;
let served: Awaited<ReturnType<typeof serveFolder>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'served-'));
  await mkdir(join(folder, 'site', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await writeFile(join(folder, 'site', 'index.html'), '<title>page</title>');
  await writeFile(join(folder, 'site', 'assets', 'a.wasm'), Uint8Array.of(0, 1, 2));
  served = await serveFolder(join(folder, 'site'), { firstPort: 18_080 });
});
afterEach(async () => {
  served.server.close();
  await rm(folder, { recursive: true });
});

test('gives files with their types, and isolates the page, so that it may have threads', async () => {
  const page = await fetch(served.address);
  expect(await page.text()).toBe('<title>page</title>');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const program = await fetch(`${served.address}assets/a.wasm`);
  expect(program.headers.get('content-type')).toBe('application/wasm');
  expect((await program.arrayBuffer()).byteLength).toBe(3);
  const head = await fetch(served.address, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/%00',
  '/%',
  '/assets',
  '/no.html',
])('refuses %s', async path => {
  // Not by fetch, which would tidy up the path itself.
  const { port } = served.server.address() as { port: number };
  const status = await new Promise(resolve =>
    request({ host: 'localhost', port, path }, response => resolve(response.resume().statusCode)).end(),
  );
  expect(status).toBe(404);
});

test('writes nothing', async () => {
  expect((await fetch(served.address, { method: 'POST', body: 'x' })).status).toBe(405);
});

test('takes the next port where one is taken, unless it was asked for', async () => {
  const { port } = served.server.address() as { port: number };
  const second = await serveFolder(join(folder, 'site'), { firstPort: port });
  expect(second.address).not.toBe(served.address);
  second.server.close();
  await expect(serveFolder(folder, { port, firstPort: port })).rejects.toThrow(UserError);
});
