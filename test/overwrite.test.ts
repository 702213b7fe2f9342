// No command replaces what it did not write from the same inputs, unless it is told to.

import { cp, mkdir } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workplace } from './demod.js';

let trained: Workplace;
beforeAll(async () => {
  trained = await Workplace.createWithin();
  await trained.succeed('train');
});
afterAll(() => trained.remove());

/** A grey gradient, the other way round for another `seed`. */
async function picture(place: Workplace, name: string, seed: number): Promise<string> {
  const pixels = Uint8Array.from({ length: 32 * 32 }, (_, index) => (index * seed) % 251);
  await sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } })
    .png()
    .toFile(place.path(name));
  return name;
}

test('recover replaces results of the same picture, and of no other', async () => {
  const place = await trained.copy();
  const [first, second] = [await picture(place, 'first.png', 3), await picture(place, 'second.png', 7)];
  await place.succeed('recover', first);
  const before = await place.read('recovered', 'signal.png');
  await place.succeed('recover', first);
  expect((await place.read('recovered', 'signal.png')).equals(before)).toBe(true);

  const refused = await place.run('recover', second);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/^error: recovered.observation\.png is there, .* --out, .* --force\n$/);
  expect((await place.read('recovered', 'signal.png')).equals(before)).toBe(true);

  await place.succeed('recover', second, '--force');
  expect((await place.read('recovered', 'signal.png')).equals(before)).toBe(false);
});

test('recover leaves the picture itself alone where it has the name of a result', async () => {
  const place = await trained.copy();
  await mkdir(place.path('mine'));
  await picture(place, 'mine/observation.png', 5);
  const before = await place.read('mine', 'observation.png');
  const refused = await place.run('recover', 'mine/observation.png', '--out', 'mine', '--force');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('mine/observation.png: it is one of the inputs');
  expect((await place.read('mine', 'observation.png')).equals(before)).toBe(true);
});

test('train keeps a finished generator of other settings', async () => {
  const place = await trained.copy();
  const weights = ['artifacts', 'smoke', 'signal', 'generator.safetensors'];
  const before = await place.read(...weights);
  await place.writeConfig('smoke.json', { seed: 2 });
  const refused = await place.run('train');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /^error: artifacts.smoke.signal \(generator\) was made with other settings \(data\.seed: 1 there, 2 wanted\); .* --force\n$/,
  );
  // A config of the same file name in another folder, too.
  await mkdir(place.path('other'));
  await cp(place.path('smoke.json'), place.path('other', 'smoke.json'));
  expect((await place.run('train', '--config', 'other/smoke.json')).code).toBe(1);
  expect((await place.read(...weights)).equals(before)).toBe(true);

  await place.succeed('train', 'signal', '--force');
  expect((await place.read(...weights)).equals(before)).toBe(false);
});
