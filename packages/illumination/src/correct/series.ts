// Pictures of one size: what they share a light over.

import { type Layout, type Page, type Picture, withPicture } from '@blind-demod/picture-files';

/** A file, as far as it is known before its pixels are read. */
export interface Input extends Layout {
  readonly file: string;
  readonly pages: readonly Page[];
  readonly white: number | undefined;
  readonly notes: readonly string[];
}

/** Files that share their lights: of one size and with as many channels. */
export interface Series {
  readonly width: number;
  readonly height: number;
  /** Colours, times the channels of stacks. */
  readonly channels: number;
  readonly inputs: readonly Input[];
}

/** The files by size and channels, or each for itself; their headers alone are read. */
export async function seriesOf(files: readonly string[], { each }: { each: boolean }): Promise<Series[]> {
  const series = new Map<string, Input[]>();
  for (const file of files) {
    const input = await withPicture(file, async picture => inputOf(picture));
    const key = each ? file : `${input.width}×${input.height}×${channelsOf(input)}`;
    series.set(key, [...(series.get(key) ?? []), input]);
  }
  return [...series.values()].map(inputs => {
    const { width, height } = inputs[0]!;
    return { width, height, channels: channelsOf(inputs[0]!), inputs };
  });
}

function inputOf({ file, width, height, channels, alpha, type, pages, white, notes }: Picture): Input {
  return { file, width, height, channels, ...(alpha && { alpha }), type, pages, white, notes };
}

const channelsOf = ({ channels, pages }: Input): number =>
  channels * (1 + Math.max(...pages.map(({ channel }) => channel)));

/** The channel, of all of the series, of a colour of a page. */
export const channelOf = ({ channels }: Layout, page: Page, colour: number): number =>
  page.channel * channels + colour;
