// The worker: everything that computes, off the page's own thread.

import { float32, UserError } from '@blind-demod/arrays';
import { threadCount } from '@blind-demod/jit';
import { prepareDevice } from './devices.js';
import { divideOut } from './full-size.js';
import { type Generators, loadGenerators, toBytes } from './generators.js';
import { enqueue, Stopped, stop } from './jobs.js';
import type { FromWorker, Picture, Request, Tasks, ToWorker } from './messages.js';
import { decodePicture, encodePicture, toSquare } from './picture.js';
import { run } from './run.js';
import { SOLVER_SETTINGS } from './solver-settings.js';
import { type PairName, solverNamed } from './solvers.js';
import type { PageDevice } from './state.js';
import { type Ground, makeGround } from './terrain.js';

const generators: { [Pair in PairName]?: Generators } = {};
let picture: Picture | undefined;
let ground: { seed: number; made: Promise<Ground> } | undefined;

const post = (message: FromWorker) => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if ('stop' in data) stop();
  else enqueue(() => answer(data), data.task === 'solve' ? 'long' : 'short');
};

async function answer(request: Request): Promise<void> {
  const { id } = request;
  try {
    post({ id, answer: await perform(request) });
  } catch (error) {
    if (!(error instanceof Stopped)) post({ id, error: describe(error) });
  }
}

const describe = (error: unknown): string => {
  if (error instanceof UserError) return error.message;
  return `This looks like a mistake in the page: ${error instanceof Error ? error.message : error}`;
};

function perform(request: Request): Promise<Tasks[Request['task']]['get']> | Tasks[Request['task']]['get'] {
  const { id, task, give } = request;
  switch (task) {
    case 'load':
      return load(give);
    case 'solve':
      return run(loaded(solverNamed(give.solver).generators), give, {
        frame: frame => post({ id, frame }),
        progress: progress => post({ id, progress }),
      });
    case 'render':
      return loaded('default')
        .render(give.factor, float32([1, give.code.length], give.code))
        .then(toBytes);
    case 'read':
      return read(give);
    case 'divide':
      if (!picture) throw new TypeError('expected a picture to be read first');
      return encodePicture(divideOut(picture, give.result, SOLVER_SETTINGS[give.solver]));
    case 'terrain':
      return groundOf(give).then(ground => ground.terrain());
    case 'path':
      return groundOf(give).then(ground => ground.path(give.start, give.signCheck));
    default:
      return task satisfies never;
  }
}

async function load({
  pair,
  generators: files,
  denoiser,
  device: asked,
}: Tasks['load']['give']): Promise<Tasks['load']['get']> {
  const { device, reason } = await prepareDevice(asked);
  generators[pair] = await loadGenerators({ ...files, denoiser }, device);
  return { device, reason, threads: threadCount() };
}

async function read({ file, ...size }: Tasks['read']['give']): Promise<Tasks['read']['get']> {
  picture = await decodePicture(file, size);
  const { width, height } = picture;
  return { width, height, square: toSquare(picture, loaded('default').priors[0].imageShape[1]!) };
}

function loaded(pair: PairName): Generators {
  const found = generators[pair];
  if (!found) throw new TypeError(`expected the ${pair} generators to be loaded first`);
  return found;
}

function groundOf({ seed, device: asked }: { seed: number; device: PageDevice }): Promise<Ground> {
  if (ground?.seed !== seed) {
    ground = { seed, made: prepareDevice(asked).then(({ device }) => makeGround(seed, device)) };
  }
  return ground.made;
}
