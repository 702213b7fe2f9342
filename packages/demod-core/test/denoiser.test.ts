import { bilinearWeights, type Float32NdArray, float32, psnr, randomStream } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { type Denoiser, denoised, type Sketch } from '../src/denoiser.js';
import { smallDenoiser } from './fixtures.js';

const [SIZE, DRAWN] = [16, 7];
const weights = bilinearWeights(DRAWN, SIZE);
/** A drawing of a bump, enlarged. */
const enlarged = float32(
  [1, 1, SIZE, SIZE],
  Float32Array.from({ length: SIZE ** 2 }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / SIZE), pixel % SIZE];
    let value = 0;
    for (let j = 0; j < DRAWN; j++) {
      for (let i = 0; i < DRAWN; i++) {
        const bump = Math.exp(-((i - 3) ** 2 + (j - 2) ** 2) / 4);
        value += weights[j * SIZE + y]! * weights[i * SIZE + x]! * bump;
      }
    }
    return value;
  }),
);
const shade = float32(
  enlarged.shape,
  enlarged.data.map((_, pixel) => 0.3 + (0.6 * (pixel % SIZE)) / SIZE),
);
const product = (noise = 0) => {
  const random = randomStream(1, 'noise');
  return float32(
    enlarged.shape,
    enlarged.data.map((w, i) => w * shade.data[i]! + noise * random.normal()),
  );
};
/** Its convolutions give 0, and the deviation that is usual. */
const silent = (drawnSize: number): Denoiser => {
  const { layers } = smallDenoiser(drawnSize);
  const zeros = ({ shape }: Float32NdArray) =>
    float32(shape, new Float32Array(shape.reduce((a, b) => a * b)));
  return {
    drawnSize,
    layers: layers.map(({ weight, bias }) => ({ weight: zeros(weight), bias: zeros(bias) })),
  };
};
const grey = float32(
  enlarged.shape,
  enlarged.data.map(() => 0.3),
);
const closeness = async (drawnSize: number, sketch: Sketch<Float32NdArray>) =>
  psnr((await denoised(silent(drawnSize), sketch, 'cpu')).signal.data, enlarged.data);

test('what the network adds to is the drawing that fits the picture best, whatever the generator drew', async () => {
  const sketch = { observation: product(), signal: grey, distortion: shade };
  // Eight steps from a grey image; the truth is in the range of enlargements.
  expect(await closeness(DRAWN, sketch)).toBeGreaterThan(40);
  const { deviation } = await denoised(silent(DRAWN), sketch, 'cpu');
  for (const value of deviation.data) expect(value).toBeCloseTo(Math.exp(-4), 6);
});

test("and it is the generator's where nothing was observed", async () => {
  const observed = float32(enlarged.shape, new Float32Array(SIZE ** 2));
  const nothing = { observation: product(), observed, signal: enlarged, distortion: shade };
  expect(await closeness(DRAWN, nothing)).toBeGreaterThan(60);
});

test('fewer pixels drawn are less noise', async () => {
  const noisy = { observation: product(0.1), signal: grey, distortion: shade };
  // Each drawn pixel has five of the picture's: 7 dB, less what the grey image takes.
  expect((await closeness(DRAWN, noisy)) - (await closeness(SIZE, noisy))).toBeGreaterThan(3);
});

test('is on cpu what it is on js', async () => {
  const sketch = { observation: product(0.05), signal: enlarged, distortion: shade };
  const [one, other] = [
    await denoised(smallDenoiser(DRAWN), sketch, 'cpu'),
    await denoised(smallDenoiser(DRAWN), sketch, 'js'),
  ];
  for (const name of ['signal', 'deviation'] as const) {
    // Sums of some hundred float32 numbers of size 1.
    one[name].data.forEach((value, i) => expect(value).toBeCloseTo(other[name].data[i]!, 4));
  }
});
