// demod recover: takes one picture apart.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  byFactor,
  type Float32NdArray,
  float32,
  relativeError,
  sha256,
  UserError,
} from '@blind-demod/arrays';
import { alone, startProgress, writeArtifact } from '@blind-demod/artifacts';
import { generatorPrior, generatorSha256 } from '@blind-demod/dcgan';
import { recover } from '@blind-demod/demod-core';
import { readImageFile } from '@blind-demod/distortion-data';
import { loadExperiment } from '@blind-demod/experiment';
import { contactSheet } from '@blind-demod/picture';
import type { CommandModule } from 'yargs';
import { findGenerators } from '../generators.js';
import { ARTIFACTS, type CommonArguments, type ExperimentArguments, seedOption } from '../options.js';
import { printResult } from '../output.js';
import { forceOption, refuseFiles } from '../overwrite.js';

/** Pixels, at least, per side of an image in the side-by-side picture. */
const SHOWN_SIZE = 256;

const FILES = {
  observation: 'observation.png',
  signal: 'signal.png',
  signalGenerator: 'signal-generator.png',
  distortion: 'distortion.png',
  sideBySide: 'side-by-side.png',
} as const;

type Arguments = ExperimentArguments & { image: string; out: string; force: boolean };

export const recoverCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'recover <image>',
  describe: 'Recover both factors of a picture',
  builder: yargs =>
    yargs
      .options({ ...seedOption, ...forceOption })
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
    const loaded = await loadExperiment(args.config, args.seed);
    const { imageSize: size, channels, solver, seed } = loaded.experiment;
    const image = await readImageFile(args.image, { size, channels });
    if (image.data.every(value => value === 0)) throw new UserError(`${args.image}: it is black all over`);
    const { generators } = await findGenerators(loaded, { out: ARTIFACTS, device: args.device });
    const content = {
      kind: 'recovery',
      settings: {
        picture: sha256(await readFile(args.image)),
        ...{ size, channels, seed, solver },
        generators: byFactor(factor => generatorSha256(generators[factor])),
      },
    };
    if (!args.force) await refuseFiles(args.out, Object.values(FILES), content);

    const progress = startProgress({ title: 'solving', total: solver.iterations + (solver.polish ?? 0) });
    const search = () =>
      recover(image, {
        signal: generatorPrior(generators.signal),
        distortion: generatorPrior(generators.distortion),
        settings: solver,
        seed,
        device: args.device,
        onIteration: ({ done, objective }) =>
          progress.update(done, `objective ${objective.toExponential(1)}`),
      });
    const found = await alone(args.out, 'recovery', search).finally(progress.stop);
    const { signal, distortion, refined } = found;
    const product = signal.data.map((value, index) => value * distortion.data[index]!);
    const residual = relativeError(product, image.data);

    const shown = [image, refined, signal, distortion];
    const stacked = float32(
      [shown.length, ...image.shape],
      Float32Array.from(shown.flatMap(({ data }) => [...data])),
    );
    await writeArtifact(args.out, {
      ...content,
      seed,
      files: {
        [FILES.observation]: await toPng(image),
        [FILES.signal]: await toPng(refined),
        [FILES.signalGenerator]: await toPng(signal),
        [FILES.distortion]: await toPng(distortion),
        [FILES.sideBySide]: await contactSheet(stacked, shown.length, Math.ceil(SHOWN_SIZE / size)),
      },
    });
    const files = Object.fromEntries(
      Object.entries(FILES).map(([name, file]) => [name, join(args.out, file)]),
    );
    const confidence = found.confidence[0]!;
    printResult(args, { image: args.image, residual, confidence, files }, [
      `residual ‖ŵ ⊙ x̂ − y‖ / ‖y‖ = ${residual.toFixed(4)}`,
      `confidence ${confidence.toFixed(2)}, from 0 to 1: the fit, and how far the starts agree`,
      ...Object.values(files),
    ]);
  },
};

const toPng = (image: Float32NdArray): Promise<Uint8Array> =>
  contactSheet(float32([1, ...image.shape], image.data), 1);
