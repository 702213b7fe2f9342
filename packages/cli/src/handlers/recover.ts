// The work of demod recover: pictures taken apart.
import { join } from 'node:path';
import {
  type ByFactor,
  byFactor,
  encodeSafetensors,
  type Float32NdArray,
  float32,
  imageAt,
  norm,
  relativeError,
  sha256,
  stackRows,
  times,
} from '@blind-demod/arrays';
import { alone, type Loaded, startProgress, writeArtifact } from '@blind-demod/artifacts';
import {
  encoderOf,
  encoderSha256,
  type Generators,
  generatorPrior,
  generatorSha256,
} from '@blind-demod/dcgan';
import type { TrainedDenoiser } from '@blind-demod/dcgan/node';
import { atUnitExposure, recover, UNKNOWN_EXPOSURE, undrawnShares } from '@blind-demod/demod-core';
import { type Experiment, loadExperiment } from '@blind-demod/experiment';
import { contactSheet } from '@blind-demod/picture';
import { refuseInputs } from '@blind-demod/picture-files';
import type { Arguments } from '../commands/recover.js';
import { findDenoiser } from '../denoiser.js';
import { findGenerators } from '../generators.js';
import { ARTIFACTS } from '../options.js';
import { printResult } from '../output.js';
import { refuseFiles } from '../overwrite.js';
import { type PageToRecover, readPages } from '../picture-pages.js';

/** Pixels, at least, per side of an image in the side-by-side picture. */
const SHOWN_SIZE = 256;
/** The standard deviation that is white in a picture of them. */
const WHITE_DEVIATION = 0.2;
/** From this share on of a picture that the generators do not draw, it is unlike what they know. */
const UNLIKE = 0.15;

/** The files of one picture; of several, those of the second are signal-2.png and so on. */
const FILES = {
  observation: 'observation.png',
  signal: 'signal.png',
  signalGenerator: 'signal-generator.png',
  signalDeviation: 'signal-deviation.png',
} as const;
/** The files of a recovery, beside those of each picture. */
const COMMON = {
  distortion: 'distortion.png',
  distortionDeviation: 'distortion-deviation.png',
  sideBySide: 'side-by-side.png',
  numbers: 'recovery.safetensors',
} as const;

export async function run(args: Arguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const { imageSize: size, channels } = loaded.experiment;
  const { page, white } = args;
  const [pages, notes]: [NamedPage[], string[]] = [[], []];
  for (const file of args.images) {
    const read = await readPages(file, { size, channels, page, white });
    pages.push(...read.pages.map(one => ({ ...one, file })));
    notes.push(...read.notes);
  }
  const { generators } = await findGenerators(loaded, { out: ARTIFACTS, device: args.device });
  const denoiser = await findDenoiser(loaded, generators, { out: ARTIFACTS });
  const means = { args, loaded, generators, denoiser };
  const results: Result[] = [];
  if (args.shared) results.push(...(await recoverPages(pages, { ...means, out: args.out })));
  else {
    for (const one of pages) {
      const out = pages.length === 1 ? args.out : join(args.out, `page-${one.number}`);
      results.push(...(await recoverPages([one], { ...means, out })));
    }
  }
  const { page: _, image: __, ...only } = results[0]!;
  const isOne = results.length === 1;
  const found = isOne ? only : args.shared ? { pictures: results } : { pages: results };
  printResult(args, { ...(args.images.length === 1 && { image: args.images[0] }), notes, ...found }, [
    ...notes,
    ...results.flatMap(
      ({ page, image, residual, exposure, blackLevel, deviations, undrawn, confidence, files }) => [
        ...(isOne ? [] : [args.images.length === 1 ? `page ${page}` : image]),
        `residual ‖ŵ ⊙ x̂ − y‖ / ‖y‖ = ${residual.toFixed(4)}`,
        ...(args.exposure === 'found'
          ? [`exposure ${exposure.toFixed(3)}, black level ${blackLevel.toFixed(4)}`]
          : []),
        `standard deviations ${deviations.signal.toFixed(4)} (signal), ${deviations.distortion.toFixed(4)} (distortion), root mean square over the pixels`,
        `confidence ${confidence.toFixed(2)} of 1 that this is what the generators know, and that the signal has a PSNR of 35 dB or more`,
        ...(undrawn > UNLIKE
          ? [
              'unlike what the generators know: look before you trust it (digits drawn by hand are told so, too, and often come out well)',
            ]
          : []),
        ...Object.values(files),
      ],
    ),
  ]);
}

interface NamedPage extends PageToRecover {
  readonly file: string;
}

/** What is told of one picture. */
interface Result {
  readonly image: string;
  readonly page: number;
  readonly residual: number;
  readonly exposure: number;
  readonly blackLevel: number;
  /** Root mean square over the pixels. */
  readonly deviations: ByFactor<number>;
  /** The share of the picture that the generators did not draw, noise left out. */
  readonly undrawn: number;
  readonly confidence: number;
  readonly files: Readonly<Record<string, string>>;
}

/** Takes pages of one distortion apart, or one alone, and writes the pictures of them into `out`. */
async function recoverPages(
  pages: readonly NamedPage[],
  {
    args,
    out,
    loaded,
    generators,
    denoiser,
  }: {
    args: Arguments;
    out: string;
    loaded: Loaded<Experiment>;
    generators: Generators;
    denoiser: TrainedDenoiser | undefined;
  },
): Promise<Result[]> {
  const { imageSize: size, channels, solver: configured, seed } = loaded.experiment;
  const { 'black-level': blackLevel } = args;
  const { encoder } = generators;
  const solver = {
    ...configured,
    ...UNKNOWN_EXPOSURE,
    ...(args.exposure === 'known' && { exposure: undefined }),
    ...((args.exposure === 'known' || blackLevel !== undefined) && { blackLevel: undefined }),
  };
  const count = pages.length;
  // Of the numbers that are taken apart, not of the file: it may have come through a pipe, or have other pages.
  const hashes = pages.map(({ image: { data } }) =>
    sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
  const content = {
    kind: 'recovery',
    settings: {
      ...(count === 1 ? { picture: hashes[0] } : { pictures: hashes }),
      ...{ size, channels, seed, solver },
      ...(blackLevel !== undefined && { blackLevel }),
      generators: byFactor(factor => generatorSha256(generators[factor])),
      ...(encoder && { encoder: encoderSha256(encoder) }),
      ...(denoiser && { denoiser: denoiser.sha256 }),
    },
  };
  const names = pages.map((_, index) => filesOf(index));
  const all = [...names.flatMap(files => Object.values(files)), ...Object.values(COMMON)];
  return alone(out, 'recovery', async () => {
    for (const name of all) await refuseInputs(join(out, name), args.images);
    if (!args.force) await refuseFiles(out, all, content);
    const pictures = stacked(pages.map(({ image }) => image));
    const observation = float32(
      pictures.shape,
      pictures.data.map(value => value - (blackLevel ?? 0)),
    );
    const { iterations, polish = 0, together = 0 } = solver;
    const title = out === args.out ? 'solving' : `solving page ${pages[0]!.number}`;
    const progress = startProgress({ title, total: iterations + polish + (count === 1 ? 0 : together) });
    const found = await recover(observation, {
      signal: generatorPrior(generators.signal),
      distortion: generatorPrior(generators.distortion),
      ...(encoder && { encoder: encoderOf(encoder) }),
      denoiser: denoiser?.denoiser,
      settings: solver,
      group: count,
      seed,
      device: args.device,
      onIteration: ({ done, objective }) => progress.update(done, `objective ${objective.toExponential(1)}`),
    }).finally(progress.stop);
    const atUnit = atUnitExposure(observation, found);

    const shown = pages.flatMap(({ image }, index) => [
      image,
      ...[found.refined, found.signal, found.distortion].map(images => imageAt(images, index)),
      ...[found.refinedDeviation, found.distortionDeviation].map(images => deviationAt(images, index)),
    ]);
    const files: Record<string, Uint8Array> = {};
    for (const [index, { image }] of pages.entries()) {
      files[names[index]!.observation] = await toPng(image);
      files[names[index]!.signal] = await toPng(imageAt(found.refined, index));
      files[names[index]!.signalGenerator] = await toPng(imageAt(found.signal, index));
      files[names[index]!.signalDeviation] = await toPng(deviationAt(found.refinedDeviation, index));
    }
    files[COMMON.distortion] = await toPng(imageAt(found.distortion, 0));
    files[COMMON.distortionDeviation] = await toPng(deviationAt(found.distortionDeviation, 0));
    files[COMMON.sideBySide] = await contactSheet(stacked(shown), 6, Math.ceil(SHOWN_SIZE / size));
    files[COMMON.numbers] = encodeSafetensors({
      ...{ observation: atUnit, signal: found.refined, signalDeviation: found.refinedDeviation },
      ...{ signalGenerator: found.signal, signalCode: found.signalCode },
      ...{ distortion: found.distortion, distortionDeviation: found.distortionDeviation },
      distortionCode: found.distortionCode,
    });
    await writeArtifact(out, { ...content, seed, files });

    const undrawn = undrawnShares({ observation: atUnit }, found);
    return pages.map(({ file, number }, index) => {
      const product = times(imageAt(found.signal, index).data, imageAt(found.distortion, index).data);
      return {
        image: file,
        page: number,
        residual: relativeError(product, imageAt(atUnit, index).data),
        exposure: found.exposure[index]!,
        blackLevel: (blackLevel ?? 0) + found.blackLevel[index]!,
        deviations: {
          signal: rootMeanSquare(imageAt(found.refinedDeviation, index)),
          distortion: rootMeanSquare(imageAt(found.distortionDeviation, index)),
        },
        undrawn: undrawn[index]!,
        confidence: found.confidence[index]!,
        files: Object.fromEntries(
          Object.entries({ ...names[index]!, ...COMMON }).map(([name, file]) => [name, join(out, file)]),
        ),
      };
    });
  });
}

const filesOf = (index: number): Readonly<Record<keyof typeof FILES, string>> => {
  const named = (file: string) => (index === 0 ? file : file.replace('.png', `-${index + 1}.png`));
  return {
    observation: named(FILES.observation),
    signal: named(FILES.signal),
    signalGenerator: named(FILES.signalGenerator),
    signalDeviation: named(FILES.signalDeviation),
  };
};

const rootMeanSquare = ({ data }: Float32NdArray): number => norm(data) / Math.sqrt(data.length);

/** The deviations of an image, as one to look at. */
function deviationAt(deviations: Float32NdArray, index: number): Float32NdArray {
  const { shape, data } = imageAt(deviations, index);
  return float32(
    shape,
    data.map(value => Math.min(1, value / WHITE_DEVIATION)),
  );
}

/** Images of one shape, one after the other. */
const stacked = (images: readonly Float32NdArray[]): Float32NdArray =>
  stackRows(
    images.map(({ data }) => data),
    images[0]!.shape,
  );

const toPng = (image: Float32NdArray): Promise<Uint8Array> =>
  contactSheet(float32([1, ...image.shape], image.data), 1);
