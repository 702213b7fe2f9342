// What the system may do to a program: each is one line with its cause, or the quiet end that pipes are used to.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAM, Workplace } from './demod.js';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.create();
});
afterAll(() => place.remove());

/** Runs a line of the shell in which `demod` is the program. */
function shell(line: string, input = '') {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `demod() { '${process.execPath}' '${PROGRAM}' "$@"; }; ${line}`],
    { cwd: place.folder, encoding: 'utf8', env: { ...process.env, DEMOD_CONFIG: 'smoke.json' }, input },
  );
  return { status, stdout, stderr };
}

const posix = test.skipIf(process.platform === 'win32');

posix('a full stdout', { skip: !existsSync('/dev/full') }, () => {
  expect(shell('demod doctor --json >/dev/full')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'error: cannot write to stdout: no space left on the device\n',
  });
});

posix('a reader that goes away', () => {
  expect(shell('set -o pipefail; demod theory --json | true')).toEqual({
    status: 141, // as of a program that SIGPIPE ended
    stdout: '',
    stderr: '',
  });
});

// Elsewhere limits are not known before they are met.
test.skipIf(process.platform !== 'linux').each([
  ['few file descriptors', 'ulimit -n 100', 'it may open 100 files, which are too few'],
  ['little address space', 'ulimit -v 4000000', 'it may address 3.8 GiB of memory'],
])('%s', (_, limit, told) => {
  const { status, stderr } = shell(`${limit}; demod theory`);
  expect(stderr).toMatch(/^error: demod cannot be loaded: .*\n$/);
  expect(stderr).toContain(told);
  expect(status).toBe(1);
});

posix('files that may not be large', () => {
  const { status, stderr } = shell('ulimit -f 4; demod data --out small');
  expect(stderr).toMatch(/^error: cannot write small\/.*: it would be larger than files may be here .*\n$/m);
  expect(stderr.match(/^error/gm)).toHaveLength(1);
  expect(status).toBe(1);
});

posix('a config on standard input, and a name that begins with a dash', async () => {
  const config = await readFile(place.path('smoke.json'), 'utf8');
  expect(shell('demod data --config -', config).status).toBe(0);
  expect(shell('cp smoke.json ./-x.json; demod data --config=-x.json').status).toBe(0);
  expect((await readdir(place.path('artifacts'))).sort()).toEqual(['-x', 'stdin']);
});
