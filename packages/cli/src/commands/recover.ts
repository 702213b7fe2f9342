// demod recover: takes one picture apart.

import { join } from 'node:path';
import {
  type ByFactor,
  byFactor,
  type Float32NdArray,
  float32,
  relativeError,
  sha256,
} from '@blind-demod/arrays';
import { alone, type Loaded, startProgress, writeArtifact } from '@blind-demod/artifacts';
import { type AnyGenerator, generatorPrior, generatorSha256 } from '@blind-demod/dcgan';
import { recover } from '@blind-demod/demod-core';
import { type Experiment, loadExperiment } from '@blind-demod/experiment';
import { contactSheet } from '@blind-demod/picture';
import type { CommandModule } from 'yargs';
import { findGenerators } from '../generators.js';
import { ARTIFACTS, type CommonArguments, type ExperimentArguments, seedOption } from '../options.js';
import { printResult } from '../output.js';
import { forceOption, refuseFiles } from '../overwrite.js';
import { type PageToRecover, readPages, toPage, toWhite } from '../picture-pages.js';

/** Pixels, at least, per side of an image in the side-by-side picture. */
const SHOWN_SIZE = 256;

const FILES = {
  observation: 'observation.png',
  signal: 'signal.png',
  signalGenerator: 'signal-generator.png',
  distortion: 'distortion.png',
  sideBySide: 'side-by-side.png',
} as const;

type Arguments = ExperimentArguments & {
  image: string;
  out: string;
  force: boolean;
  page: number | undefined;
  white: number | undefined;
};

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
      })
      .option('page', {
        type: 'string',
        requiresArg: true,
        coerce: optional(toPage),
        defaultDescription: 'all',
        describe: 'Which page of a stack or animation, from 1',
      })
      .option('white', {
        type: 'string',
        requiresArg: true,
        coerce: optional(toWhite),
        defaultDescription: 'what the file says, or its brightest value',
        describe: "The value of white in the file's own numbers",
      }),
  handler: async args => {
    const loaded = await loadExperiment(args.config, args.seed);
    const { imageSize: size, channels } = loaded.experiment;
    const { pages, notes } = await readPages(args.image, {
      size,
      channels,
      page: args.page,
      white: args.white,
    });
    const { generators } = await findGenerators(loaded, { out: ARTIFACTS, device: args.device });
    const results = [];
    for (const page of pages) {
      const out = pages.length === 1 ? args.out : join(args.out, `page-${page.number}`);
      results.push({ page: page.number, ...(await recoverPage(page, { args, out, loaded, generators })) });
    }
    const { page: _, ...only } = results[0]!;
    const found = results.length === 1 ? only : { pages: results };
    printResult(args, { image: args.image, notes, ...found }, [
      ...notes,
      ...results.flatMap(({ page, residual, confidence, files }) => [
        ...(results.length === 1 ? [] : [`page ${page}`]),
        `residual ‖ŵ ⊙ x̂ − y‖ / ‖y‖ = ${residual.toFixed(4)}`,
        `confidence ${confidence.toFixed(2)}, from 0 to 1: the fit, and how far the starts agree`,
        ...Object.values(files),
      ]),
    ]);
  },
};

/** Takes one page apart, and writes the pictures of it into `out`. */
async function recoverPage(
  { number, image }: PageToRecover,
  {
    args,
    out,
    loaded,
    generators,
  }: { args: Arguments; out: string; loaded: Loaded<Experiment>; generators: ByFactor<AnyGenerator> },
) {
  const { imageSize: size, channels, solver, seed } = loaded.experiment;
  const content = {
    kind: 'recovery',
    settings: {
      // Of the numbers that are taken apart, not of the file: it may have come through a pipe, or have other pages.
      picture: sha256(new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength)),
      ...{ size, channels, seed, solver },
      generators: byFactor(factor => generatorSha256(generators[factor])),
    },
  };
  if (!args.force) await refuseFiles(out, Object.values(FILES), content);

  const title = out === args.out ? 'solving' : `solving page ${number}`;
  const progress = startProgress({ title, total: solver.iterations + (solver.polish ?? 0) });
  const search = () =>
    recover(image, {
      signal: generatorPrior(generators.signal),
      distortion: generatorPrior(generators.distortion),
      settings: solver,
      seed,
      device: args.device,
      onIteration: ({ done, objective }) => progress.update(done, `objective ${objective.toExponential(1)}`),
    });
  const found = await alone(out, 'recovery', search).finally(progress.stop);
  const { signal, distortion, refined } = found;
  const product = signal.data.map((value, index) => value * distortion.data[index]!);
  const residual = relativeError(product, image.data);

  const shown = [image, refined, signal, distortion];
  const stacked = float32(
    [shown.length, ...image.shape],
    Float32Array.from(shown.flatMap(({ data }) => [...data])),
  );
  await writeArtifact(out, {
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
  const files = Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, join(out, file)]));
  return { residual, confidence: found.confidence[0]!, files };
}

/** Of an option that may be absent. */
const optional =
  <Value>(convert: (given: string) => Value) =>
  (given: string | undefined): Value | undefined =>
    given === undefined ? undefined : convert(given);

const toPng = (image: Float32NdArray): Promise<Uint8Array> =>
  contactSheet(float32([1, ...image.shape], image.data), 1);
