// A generator of your own, as an ONNX model: node examples/own-generator.mjs PICTURE FOLDER [MODEL]
//
// MODEL is any ONNX model from latent code to image, as PyTorch and others export it. Without one, this program writes one:
// light that is a few slow waves, which nobody trained. It serves as the generator of the distortion; that of the signal
// is the one of digits that comes along.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constant, exportOnnx } from '@blind-demod/jit';
import * as tf from '@tensorflow/tfjs-core';
import {
  float32,
  generatorPrior,
  loadGenerators,
  loadOnnxGenerator,
  readImageFile,
  recover,
  writePng,
} from 'blind-demod';

const SIZE = 64;
const WAVES = 3;
const [picture, folder, model = join(folder, 'light.onnx')] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
if (process.argv[4] === undefined) {
  // Products of cosines, across and down: row k of the matrix is an image of SIZE² pixels.
  const wave = (k, place) => Math.cos((Math.PI * k * (place + 0.5)) / SIZE);
  const waves = Float32Array.from({ length: WAVES ** 2 * SIZE ** 2 }, (_, i) => {
    const [k, pixel] = [Math.floor(i / SIZE ** 2), i % SIZE ** 2];
    return wave(k % WAVES, pixel % SIZE) * wave(Math.floor(k / WAVES), Math.floor(pixel / SIZE));
  });
  const matrix = constant.bind(undefined, float32([WAVES ** 2, SIZE ** 2], waves));
  const light = code => tf.reshape(tf.sigmoid(tf.add(tf.matMul(code, matrix()), 1)), [-1, 1, SIZE, SIZE]);
  const example = float32([1, WAVES ** 2], new Float32Array(WAVES ** 2));
  writeFileSync(model, exportOnnx(light, example, { input: 'code', output: 'image' }));
}

const { signal } = await loadGenerators();
const distortion = generatorPrior(await loadOnnxGenerator(model, { device: 'auto' }));
const photo = await readImageFile(picture, { size: SIZE, channels: 1 });
const found = await recover(photo, { signal, distortion });
await writePng(join(folder, 'signal.png'), found.refined);
await writePng(join(folder, 'distortion.png'), found.distortion);
console.log(`${folder}: confidence ${found.confidence[0].toFixed(2)} of 1`);
