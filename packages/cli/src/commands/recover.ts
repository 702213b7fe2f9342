// demod recover: takes one picture apart.

import { join } from 'node:path';
import { float32, relativeError, UserError } from '@blind-demod/arrays';
import { startProgress, writeFileAtomic } from '@blind-demod/artifacts';
import { generatorPrior } from '@blind-demod/dcgan';
import { recover } from '@blind-demod/demod-core';
import { readImageFile, writePng } from '@blind-demod/distortion-data';
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
    const { generators } = await findGenerators(loaded, { out: ARTIFACTS, device: args.device });
    const files = {
      observation: join(args.out, 'observation.png'),
      signal: join(args.out, 'signal.png'),
      signalGenerator: join(args.out, 'signal-generator.png'),
      distortion: join(args.out, 'distortion.png'),
      sideBySide: join(args.out, 'side-by-side.png'),
    };
    await writePng(files.observation, image); // before the work, so that a folder that cannot be written shows now

    const progress = startProgress({ title: 'solving', total: solver.iterations + (solver.polish ?? 0) });
    const found = await recover(image, {
      signal: generatorPrior(generators.signal),
      distortion: generatorPrior(generators.distortion),
      settings: solver,
      seed,
      device: args.device,
      onIteration: ({ done, objective }) => progress.update(done, `objective ${objective.toExponential(1)}`),
    }).finally(progress.stop);
    const { signal, distortion, refined } = found;
    const product = signal.data.map((value, index) => value * distortion.data[index]!);
    const residual = relativeError(product, image.data);

    await writePng(files.signal, refined);
    await writePng(files.signalGenerator, signal);
    await writePng(files.distortion, distortion);
    const shown = [image, refined, signal, distortion];
    const stacked = float32(
      [shown.length, ...image.shape],
      Float32Array.from(shown.flatMap(({ data }) => [...data])),
    );
    await writeFileAtomic(
      files.sideBySide,
      await contactSheet(stacked, shown.length, Math.ceil(SHOWN_SIZE / size)),
    );
    const confidence = found.confidence[0]!;
    printResult(args, { image: args.image, residual, confidence, files }, [
      `residual ‖ŵ ⊙ x̂ − y‖ / ‖y‖ = ${residual.toFixed(4)}`,
      `confidence ${confidence.toFixed(2)}, from 0 to 1: the fit, and how far the starts agree`,
      ...Object.values(files),
    ]);
  },
};
