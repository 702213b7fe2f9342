import { fork } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@blind-demod/arrays';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alone, waitFor } from '../src/lock.js';

// The compiled file: these processes do not read TypeScript.
const LOCK = new URL('../dist/lock.js', import.meta.url).href;

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'));
  folder = join(root, 'signal');
});
afterEach(() => rmSync(root, { recursive: true }));

/** A process that works in the folder until it is killed. */
async function holder() {
  const file = join(root, 'holder.mjs');
  writeFileSync(
    file,
    `import { alone } from ${JSON.stringify(LOCK)};
     await alone(process.argv[2], 'training', () => new Promise(() => { process.send('has it'); setInterval(() => {}, 1000); }));`,
  );
  const child = fork(file, [folder], { execArgv: [] });
  await new Promise(resolve => child.once('message', resolve));
  return child;
}
const killed = (child: Awaited<ReturnType<typeof holder>>) =>
  new Promise(resolve => {
    child.once('close', resolve);
    child.kill('SIGKILL');
  });

test('refuses while another process works there, and says which', async () => {
  const child = await holder();
  const attempt = alone(folder, 'training', async () => 1);
  await expect(attempt).rejects.toThrow(UserError);
  await expect(attempt).rejects.toThrow(
    `training is under way there, by process ${child.pid} (${folder}.lock)`,
  );
  await killed(child);
});

test('takes over from a process that was killed, and leaves nothing behind', async () => {
  await killed(await holder());
  expect(await alone(folder, 'training', async () => 7)).toBe(7);
  expect(readdirSync(root)).toEqual(['holder.mjs']);
});

test('a folder is the same with a slash behind it', async () => {
  const attempt = () => alone(`${folder}/`, 'training', async () => 1);
  await alone(folder, 'training', () => expect(attempt()).rejects.toThrow('training is under way'));
  expect(await attempt()).toBe(1);
  expect(readdirSync(root)).toEqual([]);
});

test('frees the folder when the work fails', async () => {
  const failing = alone(folder, 'training', async () => {
    throw new TypeError('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await alone(folder, 'training', async () => 3)).toBe(3);
});

test('of many that find a dead owner, one at a time gets in', async () => {
  await killed(await holder());
  // Each appends a line when it enters and one when it leaves.
  const racer = join(root, 'racer.mjs');
  const log = join(root, 'log');
  writeFileSync(
    racer,
    `import { appendFileSync } from 'node:fs';
     import { alone } from ${JSON.stringify(LOCK)};
     for (let entered = 0; entered < 30; ) {
       await alone(process.argv[2], 'training', async () => {
         appendFileSync(process.argv[3], 'in\\n');
         await new Promise(resolve => setTimeout(resolve, 1));
         appendFileSync(process.argv[3], 'out\\n');
         entered++;
       }).catch(error => { if (error.name !== 'UserError') throw error; });
     }`,
  );
  const racers = Array.from({ length: 4 }, () => fork(racer, [folder, log], { execArgv: [] }));
  const codes = await Promise.all(racers.map(child => new Promise(resolve => child.once('close', resolve))));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(readFileSync(log, 'utf8')).toBe('in\nout\n'.repeat(4 * 30));
});

test('refuses a second time in the same process', async () => {
  await alone(folder, 'training', async () => {
    await expect(alone(folder, 'training', async () => 1)).rejects.toThrow('is under way');
  });
});

test('a process on another machine counts as long as it says that it lives', async () => {
  const file = `${folder}.lock`;
  writeFileSync(file, JSON.stringify({ pid: 1, host: `not ${hostname()}`, started: null, work: 'training' }));
  await expect(alone(folder, 'training', async () => 1)).rejects.toThrow(`on not ${hostname()}`);
  const long = new Date(Date.now() - 600_000);
  utimesSync(file, long, long);
  expect(await alone(folder, 'training', async () => 5)).toBe(5);
});

test('another process with the number of a dead one is not taken for it', async () => {
  writeFileSync(
    `${folder}.lock`,
    JSON.stringify({ pid: process.ppid, host: hostname(), started: '1', work: 'x' }),
  );
  expect(await alone(folder, 'training', async () => 5)).toBe(5);
});

test.each([
  '{"host":',
  'null',
  JSON.stringify({ pid: 'x', host: hostname(), started: null, work: 'training' }),
  JSON.stringify({ pid: -1, host: hostname(), started: null, work: 'training' }), // "every process", to the system
])('what is no owner holds nothing: %s', async content => {
  writeFileSync(`${folder}.lock`, content);
  expect(await alone(folder, 'training', async () => 5)).toBe(5);
});

test('a link that leads nowhere holds nothing', async () => {
  symlinkSync(join(root, 'nowhere'), `${folder}.lock`);
  expect(await alone(folder, 'training', async () => 5)).toBe(5);
});

test('waits until the other is done', async () => {
  const child = await holder();
  let told = '';
  const waiting = waitFor(folder, owner => {
    told = owner;
  });
  await sleep(100);
  expect(told).toBe(`training is under way there, by process ${child.pid}`);
  await killed(child);
  expect(await waiting).toBe(true);
  expect(await waitFor(folder, () => expect.unreachable())).toBe(false);
});

test('says why where a part of the path is a file', async () => {
  writeFileSync(folder, '');
  expect(await waitFor(join(folder, 'inside', 'it'), () => expect.unreachable())).toBe(false);
  await expect(alone(join(folder, 'inside', 'it'), 'training', async () => 1)).rejects.toThrow(
    /^cannot write .*: a part of the path is a file, not a folder$/,
  );
});
