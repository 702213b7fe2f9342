// Trains generators for pictures of your own: node examples/train.mjs PICTURES FOLDER [SIZE] [EPOCHS]
//
// PICTURES is a folder of pictures of one kind of thing, in any format; some thousands are good, or fewer, of which "windows"
// in the config takes parts. They become grey images of SIZE×SIZE pixels (32 if not given; 16 or 64). FOLDER gets the
// config and both generators: of your pictures, and of smooth light over them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadGenerators } from 'blind-demod';

const [pictures, folder, ...numbers] = process.argv.slice(2);
const [size = 32, epochs = 25] = numbers.map(Number);

// Wider networks draw better, and take longer.
const network = { generatorMaps: size / 2, discriminatorMaps: size / 2 };
const training = { epochs, batchSize: 16 };
const config = {
  imageSize: size,
  signal: { images: { source: 'folder', folder: resolve(pictures) }, network, training },
  distortion: {
    images: { source: 'gaussian', count: 900 },
    network: { ...network, outputSmoothing: 1 },
    training,
  },
};
mkdirSync(folder, { recursive: true });
const file = join(folder, 'mine.json');
writeFileSync(file, JSON.stringify(config, null, 2));
execFileSync('npx', ['demod', 'train', '--config', file, '--out', folder], { stdio: 'inherit' });

const { signal, distortion } = await loadGenerators(join(folder, 'mine')); // for recover, as in recover.mjs
console.log(
  `codes of ${signal.latentDimension} numbers make pictures, of ${distortion.latentDimension} light`,
);
