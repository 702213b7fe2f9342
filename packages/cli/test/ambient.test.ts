// A generator learnt from spoiled pictures alone, with the images of the other factor that it asks for.
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { demod, inFolder } from './run.js';

inFolder();

test('signals are trained on spoiled pictures of a folder, and lights that were made for it', async () => {
  for (const light of [80, 200]) {
    const disc = `<svg width="48" height="48"><circle cx="20" cy="28" r="9" fill="rgb(${light},${light},${light})"/></svg>`;
    await sharp(Buffer.from(disc)).flatten({ background: '#202020' }).png().toFile(`pictures-${light}.png`);
  }
  const network = { latentDimension: 4, generatorMaps: 2, discriminatorMaps: 2 };
  const training = { epochs: 1, batchSize: 8, ambient: 'given' };
  const config = {
    imageSize: 16,
    signal: { images: { source: 'folder', folder: '.', windows: 12, side: 16 }, network, training },
    distortion: { images: { source: 'illumination', count: 20, resolution: 16 } },
  };
  await writeFile('x.json', JSON.stringify(config));
  expect(await demod('train', 'signal', '--config', 'x.json')).toMatchObject({ code: 0 });
  const manifest = JSON.parse(await readFile('artifacts/x/signal/manifest.json', 'utf8'));
  expect(manifest.settings.others.images).toMatchObject({ source: 'illumination', count: 20 });
  expect((await demod('train', 'signal', '--config', 'x.json')).stdout).toContain('already trained');
});
