// The work of demod correct: the light taken out of pictures, and what is told of it.
import { type CorrectionResult, correct } from '@blind-demod/illumination';
import { percent } from '@blind-demod/picture';
import type { Arguments } from '../commands/correct.js';
import { printResult } from '../output.js';

export async function run(args: Arguments): Promise<void> {
  const result = await correct(args);
  printResult(args, result, told(result));
}

/** What was done, a line for each light, and what a person should know. */
function told({ series, report }: CorrectionResult): string[] {
  const lines = series.flatMap(({ width, height, channels, found, pictures, light }) => {
    const many =
      pictures.length === 1 ? `${pictures[0]!.from}` : `${pictures.length} pictures of ${width}×${height}`;
    if (found === undefined) return [`${many}: divided by ${light}`];
    return found.map((one, channel) => {
      const which =
        found.length > 1 ? `${many}, channel ${channel + 1}` : channels > 1 ? `${many}, all channels` : many;
      if (one === null) return `${which}: nothing to see, no light taken out`;
      const { before, after } = one.unevenness;
      return `${which}: ${percent(before)} uneven before, ${percent(after)} after; the light is ${one.inWords}`;
    });
  });
  const pictures = series.flatMap(one => one.pictures);
  const clipped = pictures.filter(one => one.clipped > 0);
  const silent = pictures.filter(({ withoutSignal = [] }) => withoutSignal.length > 0);
  const notes = new Set(pictures.flatMap(({ from, notes = [] }) => notes.map(note => `${from}: ${note}`)));
  if (silent.length > 0)
    lines.push(`${list(silent.map(({ from }) => from))}: shows nothing, left out when the light was found`);
  if (clipped.length > 0) {
    lines.push(
      `${clipped.length} of ${pictures.length} pictures have numbers that became too large for their type and were cut off; --float keeps them`,
    );
  }
  return [...lines, ...notes, report];
}

const list = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
