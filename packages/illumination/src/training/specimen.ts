// The encoder, trained further on pictures of one specimen that nobody has seen under even light.

import type { NdArray } from '@blind-demod/arrays';
import type { Parameters } from '@blind-demod/dcgan';
import { openEncoder } from '../ask.js';
import { divided, estimateLight } from '../estimate.js';
import { drawBank, type Scenes } from './bank.js';
import { examplesOf } from './examples.js';
import { trainEncoder } from './train-encoder.js';

/** How it is trained. */
export const SPECIMEN = {
  /** Light and encoder are found in turns: the better the light, the more even the pictures that are learnt from. */
  turns: 2,
  /** Of each turn. */
  steps: 600,
  highestRate: 0.0007,
  /** Of the examples, how many show the specimen; the others keep what was known before. */
  share: 0.6,
  bank: { styles: 100, each: 16, lights: 3000 },
};

interface Training {
  readonly seed: number;
  readonly settings?: typeof SPECIMEN;
  /** Told which part of the training is done. */
  readonly onStep?: (done: number) => void;
}

/**
 * An encoder for such pictures. Each group has been under one light that nobody knows: it is found, and divided out; windows of
 * what remains are shown under random lights. A window does not tell where it lies, so what is left of the light in it is not
 * learnt as the specimen's.
 *
 * @param groups logarithms of reduced pictures: see `reduce`.
 */
export async function trainForSpecimen(
  start: Parameters<NdArray>,
  groups: readonly (readonly Float32Array[])[],
  { seed, settings = SPECIMEN, onStep = () => {} }: Training,
): Promise<Parameters<NdArray>> {
  const { turns, steps, highestRate, share } = settings;
  const procedural = drawBank(seed, settings.bank);
  let parameters = start;
  for (let turn = 0; turn < turns; turn++) {
    const own = (await evened(parameters, groups)).map((logs): Scenes => ({ logs, noise: 0, windows: 1 }));
    const bank = { ...procedural, scenes: mixed(own, procedural.scenes, share) };
    parameters = await trainEncoder({
      start: parameters,
      examplesAt: step => examplesOf(bank, seed, turn * steps + step),
      done: step => step / steps,
      highestRate,
      device: 'cpu',
      onStep: step => onStep((turn * steps + step + 1) / (turns * steps)),
    });
  }
  return parameters;
}

/** The pictures of all groups, each less the light of its group. */
async function evened(
  parameters: Parameters<NdArray>,
  groups: readonly (readonly Float32Array[])[],
): Promise<Float32Array[][]> {
  const encoder = await openEncoder(parameters);
  try {
    const pictures: Float32Array[][] = [];
    for (const logs of groups) {
      pictures.push(divided(logs, (await estimateLight(encoder, logs)).coefficients));
    }
    return pictures;
  } finally {
    await encoder.dispose();
  }
}

/** Both, the specimen's as often as it takes for its share. */
function mixed(own: readonly Scenes[], procedural: readonly Scenes[], share: number): Scenes[] {
  const count = Math.round((procedural.length * share) / (1 - share));
  return [...procedural, ...Array.from({ length: count }, (_, index) => own[index % own.length]!)];
}
