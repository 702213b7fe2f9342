// demod recover: takes one picture apart.

import { join } from 'node:path';
import { type Float32NdArray, float32, UserError } from '@blind-demod/arrays';
import { startProgress, writeFileAtomic } from '@blind-demod/artifacts';
import { generatorPrior } from '@blind-demod/dcgan';
import { refine, solve } from '@blind-demod/demod-core';
import { readImageFile, writePng } from '@blind-demod/distortion-data';
import { relativeError } from '@blind-demod/eval';
import { loadExperiment } from '@blind-demod/experiment';
import { contactSheet } from '@blind-demod/picture';
import type { CommandModule } from 'yargs';
import { findGenerators } from '../generators.js';
import { ARTIFACTS, type CommonArguments } from '../options.js';
import { printResult } from '../output.js';

/** Pixels, at least, per side of an image in the side-by-side picture. */
const SHOWN_SIZE = 256;

type Arguments = CommonArguments & { image: string; out: string };

export const recoverCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'recover <image>',
  describe: 'Recover both factors of a picture',
  builder: yargs =>
    yargs
      .positional('image', {
        type: 'string',
        demandOption: true,
        describe: "PNG, JPEG, WebP, TIFF or GIF; cropped and resized to the experiment's image size",
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        default: 'recovered',
        describe: 'Folder of the recovered pictures',
      }),
  handler: async args => {
    const loaded = await loadExperiment(args.config);
    const { imageSize: size, channels, solver, seed } = loaded.experiment;
    const image = await readImageFile(args.image, { size, channels });
    if (image.data.every(value => value === 0)) throw new UserError(`${args.image}: it is black all over`);
    const { generators } = await findGenerators(loaded, ARTIFACTS);
    const files = {
      observation: join(args.out, 'observation.png'),
      signal: join(args.out, 'signal.png'),
      signalGenerator: join(args.out, 'signal-generator.png'),
      distortion: join(args.out, 'distortion.png'),
      sideBySide: join(args.out, 'side-by-side.png'),
    };
    await writePng(files.observation, image); // before the work, so that a folder that cannot be written shows now

    const observation = float32([1, ...image.shape], image.data);
    const progress = startProgress({ title: 'solving', total: solver.iterations + (solver.polish ?? 0) });
    const recovery = await solve(
      generatorPrior(generators.signal),
      generatorPrior(generators.distortion),
      observation,
      {
        settings: solver,
        seed,
        device: args.device,
        onIteration: ({ done, objective }) =>
          progress.update(done, `objective ${objective.toExponential(1)}`),
      },
    ).finally(progress.stop);
    const { signal, distortion } = recovery;
    const refined = refine({ observation, signal, distortion }, solver.refinement).signal;
    const product = signal.data.map((value, index) => value * distortion.data[index]!);
    const residual = relativeError(product, observation.data);

    const alone = ({ data }: Float32NdArray) => float32(image.shape, data);
    await writePng(files.signal, alone(refined));
    await writePng(files.signalGenerator, alone(signal));
    await writePng(files.distortion, alone(distortion));
    const shown = [observation, refined, signal, distortion];
    const stacked = float32(
      [shown.length, ...image.shape],
      Float32Array.from(shown.flatMap(({ data }) => [...data])),
    );
    await writeFileAtomic(
      files.sideBySide,
      await contactSheet(stacked, shown.length, Math.ceil(SHOWN_SIZE / size)),
    );
    const confidence = recovery.confidence[0]!;
    printResult(args, { image: args.image, residual, confidence, files }, [
      `residual ‖ŵ ⊙ x̂ − y‖ / ‖y‖ = ${residual.toFixed(4)}`,
      `confidence ${confidence.toFixed(2)}, from 0 to 1: the fit, and how far the starts agree`,
      ...Object.values(files),
    ]);
  },
};
