// From files to corrected files: find the lights, divide them out, tell what was done.

import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { alone, startProgress, writeFileAtomic } from '@blind-demod/artifacts';
import { refuseInputs } from '@blind-demod/picture-files';
import type { Encoder } from '../ask.js';
import type { Light } from '../light.js';
import { priorEncoder, shippedEncoder } from '../model.js';
import { applyLight } from './apply.js';
import { type Estimate, findLights } from './find-lights.js';
import { type Dark, framesOf, leastOf, readFlat, readLight } from './frames.js';
import { gainsOf } from './gains.js';
import { findPictures, targetsOf } from './inputs.js';
import { writeLight, writeLightPreview } from './lights-file.js';
import type { CorrectOptions } from './options.js';
import { reportPage } from './report/page.js';
import { type Series, seriesOf } from './series.js';
import { type Seen, survey } from './survey.js';
import { doubtInWords } from './words.js';

const REPORT = 'report.html';
const RESULT = 'correction.json';

/** What was done with the pictures of one light. */
export interface SeriesResult {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The light as floats, and to look at. */
  readonly light: string;
  readonly preview: string;
  /** For each channel, or one for all: absent where the light was given. */
  readonly found?: readonly (LightResult | null)[];
  /** Taken off each channel: a number, or the file that was given. */
  readonly dark: readonly (number | string)[];
  readonly pictures: readonly PictureResult[];
}

export interface LightResult {
  readonly pictures: number;
  /** Expected relative error. */
  readonly doubt: number;
  readonly inWords: string;
  readonly unevenness: { readonly before: number; readonly after: number };
}

export interface PictureResult {
  readonly from: string;
  readonly to: string;
  /** Part of the numbers that were cut off, being too large for the type. */
  readonly clipped: number;
  /** Part of the pixels that were left out as saturated; absent where the light was given. */
  readonly saturated?: number;
  /** Pages, from 0, that show nothing. */
  readonly withoutSignal?: readonly number[];
  readonly notes?: readonly string[];
}

export interface CorrectionResult {
  /** The folder of the prior by which the lights were found, where one was given. */
  readonly prior?: string;
  readonly report: string;
  readonly series: readonly SeriesResult[];
}

/** All that is known of a series when its files are written; the report is drawn from it. */
export interface Corrected {
  readonly series: Series;
  readonly lights: readonly Light[];
  readonly darks: readonly Dark[];
  readonly estimates?: readonly (Estimate | undefined)[];
  readonly seen: readonly Seen[];
  readonly result: SeriesResult;
}

/**
 * Corrects pictures: all of one size under one light, or each under its own.
 *
 * @throws UserError when something cannot be read or written, or files of the same names are there.
 */
export async function correct(options: CorrectOptions): Promise<CorrectionResult> {
  const files = await findPictures(options.pictures);
  const targets = targetsOf(files, options.out, { asTiff: options.float });
  const all = await seriesOf(files, options);
  const lightFiles = all.map(series => lightFilesOf(series, { all, targets, options }));
  const report = join(options.out, REPORT);
  const written = [
    ...targets.values(),
    ...lightFiles.flatMap(Object.values<string>),
    report,
    join(options.out, RESULT),
  ];
  refuseTwice(written);
  return alone(options.out, 'correction', async () => {
    const { light, flat, dark, mask } = options;
    const inputs = [...files, ...[light, flat, dark, mask].filter(file => file !== undefined)];
    for (const file of written) await refuseInputs(file, inputs);
    if (!options.force) written.forEach(refuse);

    const encoder =
      light !== undefined || flat !== undefined
        ? undefined
        : await (options.prior === undefined ? shippedEncoder() : priorEncoder(options.prior));
    try {
      const done: Corrected[] = [];
      const pages = all.flatMap(({ inputs }) => inputs).reduce((sum, input) => sum + input.pages.length, 0);
      const looks = (encoder || options.normalise ? 1 : 0) + (options.dark === 'auto' ? 1 : 0);
      const progress = startProgress({ title: 'correcting', total: (looks + 1) * pages });
      let told = 0;
      const tell = () => progress.update(++told, told <= looks * pages ? 'looking' : 'writing');
      try {
        for (const [index, series] of all.entries()) {
          done.push(
            await correctSeries(series, {
              options,
              targets,
              files,
              encoder,
              light: lightFiles[index]!,
              tell,
            }),
          );
        }
      } finally {
        progress.stop();
      }
      const { prior } = options;
      const result = { ...(prior && { prior }), report, series: done.map(one => one.result) };
      await writeFileAtomic(report, await reportPage(done));
      await writeFileAtomic(join(options.out, RESULT), `${JSON.stringify(result, undefined, 2)}\n`);
      return result;
    } finally {
      await encoder?.dispose();
    }
  });
}

async function correctSeries(
  series: Series,
  {
    options,
    targets,
    files,
    encoder,
    light,
    tell,
  }: {
    options: CorrectOptions;
    targets: ReadonlyMap<string, string>;
    files: readonly string[];
    encoder: Encoder | undefined;
    light: LightFiles;
    tell: () => void;
  },
): Promise<Corrected> {
  const { channels } = series;
  const frames = await framesOf(series, options, tell);
  const { darks } = frames;
  const seen = encoder || options.normalise ? await survey(series, { ...frames, tell }) : [];
  if (encoder && isAllDark(seen, darks)) {
    throw new UserError(
      `--dark ${options.dark}: no pixel of ${series.inputs[0]!.file}${series.inputs.length > 1 ? ' or the others' : ''} is brighter; give what the camera tells without light`,
    );
  }
  const found = encoder && (await findLights(encoder, series, seen));
  const lights = found?.lights ?? (await givenLights(options, series, darks));

  await writeLight(light.light, lights);
  await writeLightPreview(light.preview, found?.estimates.length === 1 ? lights.slice(0, 1) : lights);
  const gains = options.normalise ? gainsOf(seen, lights) : undefined;
  const pictures: PictureResult[] = [];
  for (const input of series.inputs) {
    const to = targets.get(input.file)!;
    const correction = {
      ...{ lights, darks },
      ...(options.float && { type: 'float32' as const }),
      ...(gains && { gain: gains(input.file) }),
    };
    const { clipped } = await applyLight(input, to, correction, { inputs: files, tell });
    const own = seen.filter(({ file }) => file === input.file);
    pictures.push({
      ...{ from: input.file, to, clipped },
      ...(encoder && {
        saturated: Math.max(...own.map(({ saturated }) => saturated)),
        withoutSignal: [...new Set(own.filter(({ reduced }) => !reduced).map(({ page }) => page))],
      }),
      ...(input.notes.length > 0 && { notes: input.notes }),
    });
  }
  const { width, height } = series;
  const result: SeriesResult = {
    ...{ width, height, channels, ...light, pictures },
    dark: darks.map(one => (typeof one === 'number' ? one : options.dark!)),
    ...(found && { found: found.estimates.map(lightResult) }),
  };
  return { series, lights, darks, seen, result, ...(found && { estimates: found.estimates }) };
}

/** Whether a dark is given, and nothing is brighter anywhere: taken off, it would leave black pictures. */
const isAllDark = (seen: readonly Seen[], darks: readonly Dark[]): boolean =>
  darks.some(dark => dark !== 0) &&
  seen.every(({ channel, brightest }) => brightest <= leastOf(darks[channel]!));

function lightResult(estimate: Estimate | undefined): LightResult | null {
  if (estimate === undefined) return null;
  const { pictures, doubt, unevenness } = estimate;
  return { pictures, doubt, inWords: doubtInWords(doubt, pictures), unevenness };
}

function givenLights(
  { light, flat }: CorrectOptions,
  series: Series,
  darks: readonly Dark[],
): Promise<Light[]> {
  return light !== undefined
    ? readLight(light, series, series.channels)
    : readFlat(flat!, series, series.channels, darks);
}

type LightFiles = Pick<SeriesResult, 'light' | 'preview'>;

/** light.tif, or with the size in its name where there are several, or beside the picture that it is the light of. */
function lightFilesOf(
  series: Series,
  {
    all,
    targets,
    options: { each, out },
  }: { all: readonly Series[]; targets: ReadonlyMap<string, string>; options: CorrectOptions },
): LightFiles {
  const { width, height, channels, inputs } = series;
  const alike = all.filter(other => other.width === width && other.height === height);
  const { dir, name } = parse(targets.get(inputs[0]!.file)!);
  const stem =
    all.length === 1
      ? join(out, 'light')
      : each
        ? join(dir, `${name}-light`)
        : join(out, `light-${width}x${height}${alike.length > 1 ? `x${channels}` : ''}`);
  return { light: `${stem}.tif`, preview: `${stem}.png` };
}

/** @throws UserError when one file would be written twice: of two pictures, or of one that is called like the light. */
function refuseTwice(targets: readonly string[]): void {
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice === undefined) return;
  throw new UserError(
    `two files would be written to ${twice}: two pictures, or one and the light; correct them one after the other, to other folders, or rename one`,
  );
}

function refuse(file: string): void {
  if (!existsSync(file)) return;
  throw new UserError(
    `${file} is there already; choose another folder with --out, or replace what is there with --force`,
  );
}
