// The work of demod ablate: what each part of the solver is worth, measured on training images.
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { alone, writeFileBeside } from '@blind-demod/artifacts';
import {
  type AblationRow,
  ablate,
  CONDITIONS,
  type Condition,
  departures,
  groupVariants,
  MORE_CONDITIONS,
  noiseVariants,
  paperVariants,
} from '@blind-demod/eval';
import { loadExperiment } from '@blind-demod/experiment';
import { textTable } from '@blind-demod/picture';
import type { Arguments } from '../commands/ablate.js';
import { findDenoiser } from '../denoiser.js';
import { foldersOf } from '../folders.js';
import { findGenerators } from '../generators.js';
import { prepareBoth } from '../images.js';
import { printResult } from '../output.js';

export async function run(args: Arguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const { imageSize, channels, solver } = loaded.experiment;
  const { generators } = await findGenerators(loaded, args);
  const denoiser = await findDenoiser(loaded, generators, args);
  const folders = foldersOf(args.out, loaded.name);
  const images = await prepareBoth(loaded, folders);
  const available = images.signal.train.labels.length;
  const count = args.images === 'all' ? available : args.images;
  if (count > available)
    throw new UserError(`${count} pairs, but there are only ${available} training images; ask for fewer`);
  const { variants, ...conditions } = {
    solver: () => ({ variants: departures(solver) }),
    groups: () => ({ variants: groupVariants(solver), condition: MORE_CONDITIONS.find(isOfFour)! }),
    noise: () => ({
      variants: noiseVariants(solver),
      condition: CONDITIONS.find(({ noise }) => noise === 0.05)!,
    }),
    paper: () => ({ variants: paperVariants(channels * imageSize ** 2, solver.refinement) }),
  }[args.study]();

  const file = join(folders.ablation, `${args.study}.json`);
  const rows = await alone(folders.ablation, 'ablation', async () => {
    const rows = await ablate(loaded.experiment, variants, {
      generators,
      denoiser,
      images,
      count,
      device: args.device,
      trials: join(folders.trials, 'training', args.study),
      ...conditions,
    });
    const table = { experiment: loaded.name, pairs: count, rows };
    await writeFileBeside(file, `${JSON.stringify(table, null, 2)}\n`);
    return rows;
  });
  printResult(args, { pairs: count, rows, file }, [
    table(rows),
    `${count} pairs of training images; medians, and for refined signals the 10th percentile too`,
    file,
  ]);
}

/** The groups of the study: four clean pictures of one light each. */
const isOfFour = ({ group, noise }: Condition): boolean => group === 4 && noise === 0;

function table(rows: readonly AblationRow[]): string {
  const head = ['solver', 'distortion', 'where seen', 'G1(h)', 'refined', 'refined 10 %', 's per image'];
  const lines = rows.map(({ name, scores, seconds }) => [
    name,
    ...(scores === undefined
      ? ['diverged', '', '', '', '']
      : [
          scores.distortion.median.toFixed(3),
          scores.distortionWhereSeen.median.toFixed(4),
          `${scores.generatorPsnr.median.toFixed(1)} dB`,
          `${scores.refinedPsnr.median.toFixed(1)} dB`,
          `${scores.refinedPsnr.percentile10.toFixed(1)} dB`,
        ]),
    seconds === undefined ? '' : seconds.toFixed(2),
  ]);
  return textTable(head, lines, { ascii: !process.stdout.isTTY });
}
