// Trains the encoder and keeps it: npm run train -w @blind-demod/illumination [FOLDER]

import { randomStream } from '@blind-demod/arrays';
import { startProgress } from '@blind-demod/artifacts';
import { initialEncoder } from '../encoder.js';
import { SHIPPED, writeEncoder } from '../model.js';
import { drawBank } from './bank.js';
import { examplesOf } from './examples.js';
import { trainEncoder } from './train-encoder.js';

const SEED = 11;
/** Round after round from where the last one ended, each on pictures drawn anew by its seed. */
const SETTINGS = {
  bank: { styles: 600, each: 24, lights: 6000 },
  rounds: [
    { seed: SEED, steps: 2100, highestRate: 0.002 },
    { seed: 12, steps: 2350, highestRate: 0.0015 },
    { seed: 13, steps: 1700, highestRate: 0.0015 },
  ],
};

const total = SETTINGS.rounds.reduce((sum, { steps }) => sum + steps, 0);
const progress = startProgress({ title: 'training', total });
let parameters = initialEncoder(randomStream(SEED, 'weights'));
let before = 0;
let running = 0;
try {
  for (const { seed, steps, highestRate } of SETTINGS.rounds) {
    const bank = drawBank(seed, SETTINGS.bank);
    parameters = await trainEncoder({
      start: parameters,
      examplesAt: step => examplesOf(bank, seed, step),
      done: step => step / steps,
      highestRate,
      device: 'cpu',
      onStep: (step, loss) => {
        running += (loss - running) * Math.max(0.01, 1 / (before + step + 1));
        progress.update(before + step + 1, `loss ${running.toFixed(4)}`);
      },
    });
    before += steps;
  }
  await writeEncoder(process.argv[2] ?? SHIPPED, parameters, { settings: SETTINGS, seed: SEED });
} finally {
  progress.stop();
}
