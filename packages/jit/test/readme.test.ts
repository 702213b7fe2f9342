// What the README says is so.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernelTable } from '../src/index.js';
import { elementwiseKernels } from '../src/kernels/elementwise.js';
import { productKernels } from '../src/kernels/product.js';
import { reductionKernels } from '../src/kernels/reduction.js';
import { shapeKernels } from '../src/kernels/shape.js';

const folder = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

test('it lists the translated kernels', () => {
  const families = {
    elementwise: elementwiseKernels,
    product: productKernels,
    reduction: reductionKernels,
    shape: shapeKernels,
  };
  const listed = [...readme.matchAll(/^- `(\w+)\.ts`: (.*(?:\n {2}.*)*)/gm)].map(([, file, names]) => [
    file!,
    names!.split(/,\s+/),
  ]);
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(Object.entries(families).map(([file, kernels]) => [file, Object.keys(kernels)])),
  );
  expect(Object.values(families).flatMap(Object.keys).toSorted()).toEqual(
    Object.keys(kernelTable).toSorted(),
  );
});

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
