import { float32, MAX_PSNR, randomStream } from '@blind-demod/arrays';
import { PAPER_SOLVER } from '@blind-demod/demod-core';
import { experimentSchema } from '@blind-demod/experiment';
import { expect, test } from 'vitest';
import { searched } from '../../src/methods/search.js';
import { imagesCsv } from '../../src/report/images-csv.js';
import { judge } from '../../src/report/judgement.js';
import { CLEAN, observedUnder } from '../../src/trials/conditions.js';
import { generators } from '../methods/example.js';

const COUNT = 2;
const images = (name: string) =>
  float32(
    [COUNT, 1, 16, 16],
    randomStream(1, name)
      .uniforms(COUNT * 256)
      .map(value => 0.3 + 0.5 * value),
  );
const [signal, distortion] = [images('signal'), images('distortion')];
const product = signal.data.map((value, index) => value * distortion.data[index]!);
const observations = { signal, distortion, observation: float32(signal.shape, product) };
const recovery = {
  signal,
  distortion: float32(
    distortion.shape,
    distortion.data.map(value => value / 2), // right, but for the scale
  ),
  exposure: float32([COUNT], new Float32Array(COUNT).fill(1)),
  blackLevel: float32([COUNT], new Float32Array(COUNT)),
  objective: float32([COUNT], Float32Array.of(0.25, 0.5)),
  restartObjectives: float32([COUNT, 2], Float32Array.of(0.75, 0.25, 0.5, Number.NaN)),
  trace: float32([COUNT, 3], Float32Array.of(3, 2, 1, 6, 5, 4)),
  signalCode: float32([COUNT, 4], new Float32Array(COUNT * 4).fill(1)),
  /** Of the first pair next to nothing, of the second half of the range. */
  distortionDeviation: float32(
    distortion.shape,
    distortion.data.map((_, i) => (i < distortion.data.length / COUNT ? 1e-5 : 0.5)),
  ),
};
/** What the paper's solver is said to have found: the observation as the signal, and no distortion. */
const nothing = {
  ...recovery,
  signal: observations.observation,
  distortion: float32(
    distortion.shape,
    distortion.data.map(() => 1),
  ),
};
const solver = { ...PAPER_SOLVER, refinement: { smoothing: 0, regularisation: 1e-9, detail: 1e6 } };
const procedure = (name: string) =>
  searched(
    { name, title: name, solver, tellsDoubt: true },
    { experiment: experimentSchema.parse({}), generators, device: 'js' },
  );
const own = { procedure: procedure('ours'), recovery };
const paper = { procedure: procedure('paper'), recovery: nothing };
const problem = observedUnder(CLEAN, observations, { seed: 1, first: 0 });
const judgements = await judge(observations, problem, { own, paper });

test('recovered factors are right whatever their scale', () => {
  for (const { scores } of judgements) {
    expect(scores.generator.psnr).toBe(MAX_PSNR);
    expect(scores.distortion.psnr).toBe(MAX_PSNR);
    expect(scores.observation.psnr).toBeLessThan(40);
  }
});

test('the paper’s solver is judged beside, by what it found', async () => {
  for (const { scores, paper, images } of judgements) {
    expect(paper!.generator).toEqual(scores.observation);
    expect(paper!.refined.better).toBe(false);
    expect(paper!.distortion.relativeError).toBeGreaterThan(0.1);
    expect(images.paper).toEqual(images.estimates.observation);
  }
  const [alone] = await judge(observations, problem, { own });
  const {
    paper: _,
    images: { paper: __, ...images },
    ...judged
  } = judgements[0]!;
  expect(alone).toEqual({ ...judged, images });
});

test('every pair has its own trace and confidence', () => {
  expect(judgements.map(({ trace }) => [...trace])).toEqual([
    [3, 2, 1],
    [6, 5, 4],
  ]);
  expect(judgements[0]!.confidence).toBeGreaterThan(judgements[1]!.confidence);
});

test('facts are measured whatever the scales, and lost starts are infinitely far', () => {
  const [first, second] = judgements.map(({ facts }) => facts);
  // The recovered distortion is half of the true one, and so is the product.
  expect(first!.residual).toBeCloseTo(0.5, 5);
  expect(judgements[0]!.scores.distortion.whereSeen).toBeCloseTo(0, 5);
  const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
  const [light, left] = [signal, float32(signal.shape, product)].map(({ data }) =>
    sum(data.subarray(0, 256)),
  );
  expect(first!.lightLost).toBeCloseTo(1 - left! / light!, 5);
  expect([first!.seen, first!.dark]).toEqual([1, 0]); // no value is a tenth of another
  expect([first!.startGap, second!.startGap]).toEqual([3, Number.POSITIVE_INFINITY]);
});

test('images are shown at their best scale', () => {
  const { estimates, truth } = judgements[1]!.images;
  expect(estimates.distortion.shape).toEqual([1, 16, 16]);
  estimates.distortion.data.forEach((value, index) => {
    expect(value).toBeCloseTo(truth.distortion.data[index]!, 5);
  });
});

test('the table of images names its columns and tells what each pair was', () => {
  const labels = Int32Array.of(7, 8, 9);
  const csv = imagesCsv(
    [
      { signal: 2, distortion: 1 },
      { signal: 0, distortion: 0 },
    ],
    judgements,
    {
      signal: { pixels: signal, labels },
      distortion: { pixels: distortion, labels, parameters: float32([2, 2], Float32Array.of(1, 20, -2, 30)) },
    },
  );
  const [header, first] = csv.split('\r\n').map(line => line.split(','));
  const cell = (name: string) => first![header!.indexOf(name)];
  expect(header).toHaveLength(first!.length);
  expect([cell('signal_image'), cell('signal_label'), cell('distortion_image')]).toEqual(['2', '9', '1']);
  expect([cell('distortion_center'), cell('distortion_width'), cell('objective')]).toEqual([
    '-2',
    '30',
    '0.25',
  ]);
  expect([cell('residual'), cell('start_gap')]).toEqual(['0.5', '3']);
  expect(Number(cell('confidence'))).toBeCloseTo(judgements[0]!.confidence, 5);
  expect(cell('generator_psnr_db')).toBe('100');
  expect(cell('distortion_seen_relative_error')).toBe(String(judgements[0]!.scores.distortion.whereSeen));
  expect(cell('paper_generator_psnr_db')).toBe(cell('observation_psnr_db'));
  expect(Number(cell('paper_distortion_seen_relative_error'))).toBeGreaterThan(0.1);
});
