// Fits the confidence, and checks all that is told of doubt: npm run doubt -w @blind-demod/eval [-- FASHION PHOTOGRAPHS]
//
// FASHION is a folder with Fashion-MNIST's files, PHOTOGRAPHS one with pictures; without them these rows are left out.

import { join, resolve } from 'node:path';
import {
  type ByFactor,
  byFactor,
  type Factor,
  type Float32NdArray,
  imageAt,
  mean,
  median,
  randomStream,
} from '@blind-demod/arrays';
import { startProgress } from '@blind-demod/artifacts';
import { encoderOf, generatorPrior } from '@blind-demod/dcgan';
import { loadDenoiser, loadEncoder, loadGenerator } from '@blind-demod/dcgan/node';
import {
  atUnitExposure,
  type Recovered,
  recover,
  type Signs,
  signsOf,
  UNKNOWN_EXPOSURE,
} from '@blind-demod/demod-core';
import { prepareImages } from '@blind-demod/distortion-data';
import { experimentSchema, loadExperiment } from '@blind-demod/experiment';
import { textTable } from '@blind-demod/picture';
import { shipped } from '@blind-demod/shipped';
import { isGood, reliabilityBins } from '../metrics/reliability.js';
import { scoreEstimate } from '../trials/scores.js';
import { type Cases, type Draw, drawCases, known, knownOrStranger } from './cases.js';
import { fitLogistic, probability } from './logistic.js';

const SEED = 11;
const BATCH = 32;
/** Cases of training images that the confidence is fitted to, and of held-out ones that it is checked on. */
const COUNTS = { fit: 512, known: 256, strangers: 64 };
const BAD = 0.2;

const loaded = await loadExperiment(shipped('configs', 'default.json'));
const { seed, solver } = loaded.experiment;
const remedy = 'get the folder anew from the repository';
const model = (name: string) => shipped('models', 'default', name);
const generators = {
  signal: await loadGenerator(model('signal'), { remedy }),
  distortion: await loadGenerator(model('distortion'), { remedy }),
};
const options = {
  ...byFactor(factor => generatorPrior(generators[factor])),
  encoder: encoderOf(await loadEncoder(model('encoder'), { generators, remedy })),
  denoiser: (await loadDenoiser(model('denoiser'), { remedy })).denoiser,
  settings: { ...solver, ...UNKNOWN_EXPOSURE },
  ...({ device: 'cpu', seed } as const),
};
const data = resolve('artifacts', loaded.name, 'data');
const [signals, distortions] = [
  await prepareImages(loaded, 'signal', join(data, 'signal')),
  await prepareImages(loaded, 'distortion', join(data, 'distortion')),
];

/** What there is to tell of one case. */
interface Told {
  readonly kind: string;
  readonly signs: Signs;
  readonly confidence: number;
  readonly scores: { readonly refined: { readonly psnr: number } };
  /** The shares of pixels in their intervals of 90 %. */
  readonly within: ByFactor<number>;
}

async function recoverAll(name: string, count: number, draw: Draw, part: 'train' | 'test'): Promise<Told[]> {
  const progress = startProgress({ title: name, total: count });
  const told: Told[] = [];
  for (let first = 0; first < count; first += BATCH) {
    const random = randomStream(SEED, 'doubt', name, first);
    const cases = drawCases(Math.min(BATCH, count - first), draw, distortions[part].pixels, random);
    const found = await recover(cases.observation, { ...options, observed: cases.observed, first });
    told.push(...judged(cases, found));
    progress.update(told.length);
  }
  progress.stop();
  return told;
}

function judged({ kinds, truth, observation, observed }: Cases, found: Recovered): Told[] {
  const problem = { observation: atUnitExposure(observation, found), observed };
  const signs = signsOf(problem, { ...found, signalDeviation: found.refinedDeviation });
  return kinds.map((kind, row) => {
    const at = (images: Float32NdArray) => imageAt(images, row);
    const images = { signal: at(truth.signal), distortion: at(truth.distortion) };
    const scores = <F extends Factor>(factor: F, estimate: Float32NdArray, deviation: Float32NdArray) =>
      scoreEstimate(factor, at(estimate), images, { observation: at(observation), deviation: at(deviation) });
    const refined = scores('signal', found.refined, found.refinedDeviation);
    const distortion = scores('distortion', found.distortion, found.distortionDeviation);
    return {
      ...{ kind, signs: signs[row]!, confidence: found.confidence[row]!, scores: { refined } },
      within: { signal: refined.within!, distortion: distortion.within! },
    };
  });
}

/** Pictures of a folder at the size of the experiment, as signals. */
async function strangersOf(name: string, images: object): Promise<Draw> {
  const { experiment } = loaded;
  const parsed = experimentSchema.parse({ imageSize: experiment.imageSize, signal: { images } });
  const other = { ...loaded, root: process.cwd(), experiment: { ...experiment, signal: parsed.signal } };
  return known((await prepareImages(other, 'signal', join(data, name))).test.pixels, name);
}

const share = (some: readonly boolean[]) =>
  some.length === 0 ? '' : `${Math.round((100 * some.filter(Boolean).length) / some.length)} %`;

const fitted = await recoverAll('fit', COUNTS.fit, knownOrStranger(signals.train.pixels), 'train');
const rows = fitted.map(({ signs: { excess, undrawn, size } }) => [excess, undrawn, size]);
// A stranger that comes out well does so by luck: the generators know nothing of it.
const weights = fitLogistic(
  rows,
  fitted.map(one => one.kind === 'known' && isGood(one)),
);
console.log(
  `logit = ${['', ' · excess', ' · undrawn', ' · size'].map((of, k) => `${weights[k]!.toFixed(3)}${of}`).join(' + ')}\n`,
);
/** By these weights, whatever those of \`confidenceOf\` are. */
const refitted = (told: readonly Told[]): Told[] =>
  told.map(one => ({
    ...one,
    confidence: probability(weights, [one.signs.excess, one.signs.undrawn, one.signs.size]),
  }));

const tests = refitted(await recoverAll('known', COUNTS.known, known(signals.test.pixels, 'known'), 'test'));
console.log(
  textTable(
    ['confidence', 'pairs', 'good'],
    reliabilityBins(tests).map(({ count, confidence, good }) => [
      confidence.toFixed(2),
      `${count}`,
      `${Math.round(100 * good)} %`,
    ]),
    { ascii: true },
  ),
);
const within = (factor: Factor) => `${Math.round(100 * mean(tests.map(({ within }) => within[factor])))} %`;
console.log(
  `in their intervals of 90 %: ${within('signal')} of the pixels of signals, ${within('distortion')} of distortions\n`,
);

const [fashion, photographs] = process.argv.slice(2);
const plain =
  (kind: string, value: (digit: number, grey: number) => number): Draw =>
  random => {
    const grey = 0.5 + 0.5 * random.uniform();
    return { kind, image: known(signals.test.pixels, kind)(random).image.map(digit => value(digit, grey)) };
  };
const strangers: Draw[] = [
  plain('ink on paper', digit => 1 - digit),
  plain('a white sheet', (_, grey) => grey),
  ...(fashion ? [await strangersOf('fashion', { source: 'idx', folder: fashion })] : []),
  ...(photographs
    ? [await strangersOf('photographs', { source: 'folder', folder: photographs, windows: 8 })]
    : []),
];
const table: string[][] = [];
for (const draw of strangers) {
  const { kind } = draw(randomStream(SEED));
  const told = refitted(await recoverAll(kind, COUNTS.strangers, draw, 'test'));
  const bad = told.filter(one => !isGood(one));
  table.push([
    kind,
    share(told.map(isGood)),
    median(told.map(({ confidence }) => confidence)).toFixed(2),
    share(bad.map(({ confidence }) => confidence < BAD)),
  ]);
}
console.log(
  textTable(['strangers', 'good', 'confidence', `bad ones below ${BAD}`], table, {
    ascii: true,
    textColumns: 1,
  }),
);
