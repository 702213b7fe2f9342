// A web server for the files of one folder, on this machine alone.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { UserError } from '@blind-demod/arrays/errors';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** What isolates a page from other origins: without it a browser gives it no shared memory, and so one thread alone. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Serves a folder at http://localhost. Without a port it takes the first free one from `firstPort` on.
 *
 * @throws UserError if the port that was asked for is taken or not allowed.
 */
export async function serveFolder(
  folder: string,
  { port, firstPort }: { port?: number | undefined; firstPort: number },
): Promise<{ address: string; server: Server }> {
  const server = createServer((request, response) => {
    void answer(resolve(folder), request, response);
  });
  for (let tried = port ?? firstPort; ; tried++) {
    try {
      await listen(server, tried);
      const { port: taken } = server.address() as { port: number };
      return { address: `http://localhost:${taken}/`, server };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && port === undefined && tried < firstPort + 100) continue;
      const why =
        code === 'EADDRINUSE' ? 'it is taken' : code === 'EACCES' ? 'it is not allowed' : `${error}`;
      throw new UserError(`port ${tried} cannot be used: ${why}; choose another one with --port`);
    }
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, 'localhost', () => {
      server.removeListener('error', failed);
      done();
    });
  });
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, why: string) => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET');
  const file = fileOf(folder, request.url ?? '/');
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (!found?.isFile()) return refuse(404, 'not found');
  response.writeHead(200, {
    ...ISOLATION,
    'Content-Type': TYPES[extname(file!)] ?? 'application/octet-stream',
    'Content-Length': found.size,
    // A build renames what it changes, all but the page itself and the generators.
    'Cache-Control': file!.includes(`${sep}assets${sep}`) ? 'max-age=31536000, immutable' : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file!)
      .on('error', () => response.destroy())
      .pipe(response);
}

/** The file of an address; undefined for one outside of the folder. */
function fileOf(folder: string, url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
  return file.startsWith(folder + sep) && !file.includes('\0') ? file : undefined;
}
