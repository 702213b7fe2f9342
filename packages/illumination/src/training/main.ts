// Trains the encoder and keeps it: npm run train -w @blind-demod/illumination [FOLDER]

import { randomStream } from '@blind-demod/arrays';
import { startProgress } from '@blind-demod/artifacts';
import { useThreads } from '@blind-demod/jit';
import { initialEncoder } from '../encoder.js';
import { SHIPPED, writeEncoder } from '../model.js';
import { type Bank, drawBank } from './bank.js';
import { examplesOf } from './examples.js';
import { trainEncoder } from './train-encoder.js';

const SEED = 21;
const SETTINGS = {
  bank: { styles: 500, each: 32, lights: 6000 },
  steps: 20_000,
  /** After so many steps all pictures are drawn anew. */
  drawnAnew: 3000,
  highestRate: 0.003,
};

useThreads(1); // the same sums in the same order on every machine
const { steps, drawnAnew, highestRate } = SETTINGS;
const progress = startProgress({ title: 'training', total: steps });
let bank!: Bank;
try {
  const parameters = await trainEncoder({
    start: initialEncoder(randomStream(SEED, 'weights')),
    examplesAt: step => {
      if (step % drawnAnew === 0) bank = drawBank(SEED + step, SETTINGS.bank);
      return examplesOf(bank, SEED, step);
    },
    done: step => step / steps,
    highestRate,
    device: 'cpu',
    onStep: (step, loss) => progress.update(step + 1, `loss ${loss.toFixed(4)}`),
  });
  await writeEncoder(process.argv[2] ?? SHIPPED, parameters, { settings: SETTINGS, seed: SEED });
} finally {
  progress.stop();
}
