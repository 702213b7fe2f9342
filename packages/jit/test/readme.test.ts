// What the README says is so.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

test('its example prints what it says', () => {
  const [, program] = /```js\n(.*?)```/s.exec(readme)!;
  const [, printed] = /prints `(.*?)`/.exec(readme)!;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program!], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(output.trim()).toBe(printed);
});
