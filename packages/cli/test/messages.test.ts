// Messages that name the cause.
import { cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { describeDevice } from '@blind-demod/jit/node';
import { expect, test } from 'vitest';
import { demod, inFolder } from './run.js';

const fromRoot = (path: string) => new URL(`../../../${path}`, import.meta.url);
inFolder();

test('a damaged generator that came with the config is to be fetched again, not trained for hours', async () => {
  await cp(fromRoot('configs/robust.json'), 'configs/robust.json');
  await cp(fromRoot('models/paper'), 'models/paper', { recursive: true });
  const weights = 'models/paper/signal/generator.safetensors';
  await truncate(weights, 1000);
  const run = () => demod('export', '--config', 'configs/robust.json');
  expect(await run()).toMatchObject({
    code: 1,
    stderr: `error: ${weights} is damaged; it was not trained here: fetch it again (in a checkout: \`git checkout models/paper/signal\`)\n`,
  });
  await writeFile('models/paper/signal/manifest.json', '{}');
  expect((await run()).stderr).toContain('manifest.json is damaged; it was not trained here');
});

test('images that are all copies of each other', async () => {
  const side = 8;
  const images = Buffer.alloc(16 + 40 * side ** 2, 7);
  images.set([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, side, 0, 0, 0, side]);
  await mkdir('copies', { recursive: true });
  await writeFile('copies/train-images-idx3-ubyte', images);
  await writeFile(
    'copies/train-labels-idx1-ubyte',
    Buffer.from([0, 0, 8, 1, 0, 0, 0, 40, ...Array(40).fill(0)]),
  );
  const smoke = JSON.parse(await readFile(fromRoot('configs/smoke.json'), 'utf8'));
  const signal = { ...smoke.signal, images: { source: 'idx', folder: 'copies' } };
  await writeFile('x.json', JSON.stringify({ ...smoke, signal }));
  expect((await demod('data', '--config', 'x.json')).stderr).toContain(
    'no test images of the signal are left: of 40 images only 1 are different, and copies are not held out from training',
  );
});

test.skipIf(describeDevice('cuda').works)('a device that does not work is told before any work', async () => {
  const { code, stderr } = await demod('data', '--config', 'x.json', '--device', 'cuda');
  expect(stderr).toMatch(/^error: device "cuda": .*; see `demod doctor`\n$/);
  expect(code).toBe(1);
});
