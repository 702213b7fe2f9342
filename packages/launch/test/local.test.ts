// Tasks as processes of this machine: at most so many at a time, started again where they were killed, gone with their launcher.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { localLauncher } from '../src/local.js';
import type { Outcome, Task } from '../src/task.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'launch-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

const task = (name: string, script: string): Task => ({ name, command: ['/bin/sh', '-c', script] });

async function launch(jobs: number, tasks: readonly Task[]) {
  const outcomes: Record<string, Outcome> = {};
  const notes: string[] = [];
  await localLauncher({ jobs })({
    tasks,
    logs: join(folder, 'logs'),
    onEnd: ({ name }, outcome) => {
      outcomes[name] = outcome;
    },
    onNote: note => notes.push(note),
  });
  return { outcomes, notes };
}

test('what a task says is in its log; one that fails has the reason that it gave', async () => {
  const { outcomes, notes } = await launch(2, [
    task('good', 'echo out; echo err >&2'),
    task('bad', 'echo "error: too large" >&2; echo more; exit 1'),
    task('silent', 'exit 3'),
  ]);
  const log = (name: string) => join(folder, 'logs', `${name}.log`);
  expect(outcomes).toEqual({
    good: { ok: true },
    bad: { ok: false, reason: 'too large', log: log('bad') },
    silent: { ok: false, reason: 'it ended with exit code 3', log: log('silent') },
  });
  expect(notes).toEqual([]);
  expect(await readFile(log('good'), 'utf8')).toBe('out\nerr\n');
});

test('a task that is killed is started again, three times in all', async () => {
  const count = join(folder, 'count');
  const once = join(folder, 'once');
  await writeFile(count, '');
  const { outcomes, notes } = await launch(1, [
    task('doomed', `echo . >> ${count}; kill -9 $$`),
    task('unlucky', `test -e ${once} || { touch ${once}; kill -9 $$; }`),
  ]);
  expect(await readFile(count, 'utf8')).toBe('.\n.\n.\n');
  expect(outcomes.doomed).toMatchObject({ ok: false, reason: 'it was killed (SIGKILL)' });
  expect(outcomes.unlucky).toEqual({ ok: true });
  expect(notes).toEqual([
    'doomed: it was killed (SIGKILL); started again',
    'doomed: it was killed (SIGKILL); started again',
    'unlucky: it was killed (SIGKILL); started again',
  ]);
});

test('no more at a time than asked for', async () => {
  const running = join(folder, 'running');
  // Each writes how many there are while it runs. The shell counts names and looks at none: another may be gone by then.
  const script = `mkdir ${running}.$$; sleep 0.2; echo ${running}.* | wc -w; rmdir ${running}.$$`;
  const names = ['a', 'b', 'c', 'd', 'e'];
  await launch(
    2,
    names.map(name => task(name, script)),
  );
  const counts = await Promise.all(
    names.map(async name => Number(await readFile(join(folder, 'logs', `${name}.log`), 'utf8'))),
  );
  expect(Math.max(...counts)).toBeLessThanOrEqual(2);
});
