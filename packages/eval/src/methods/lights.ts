// Methods that know nothing of signals, but that a distortion is smooth: the ways to even out real pictures. The signal is the
// observation divided by what they find.
import { type Float32NdArray, float32, UserError } from '@blind-demod/arrays';
import {
  type LightFinder,
  openFinder,
  openPeer,
  PEERS,
  type PeerName,
} from '@blind-demod/illumination/finders';
import { divideByDistortion } from './baselines/divide.js';
import { blackWhereMissing } from './baselines/observation.js';
import type { Method, Observed } from './method.js';

/** As in `refine`, for an observation with noise: the signal that it is weighed against is the observation. */
const DETAIL = 0.5;

interface Way {
  readonly title: string;
  /** So many pictures of one light it needs. */
  readonly least: number;
  open(): Promise<LightFinder>;
}

const WAYS: Readonly<Record<string, Way>> = {
  correct: { title: 'demod correct', least: 1, open: openFinder },
  ...Object.fromEntries(
    Object.entries(PEERS).map(([name, { title, least }]): [string, Way] => [
      name,
      { title, least, open: () => openPeer(name as PeerName) },
    ]),
  ),
};

/** This project's way, and its peers, which run where $PYTHON or python3 has them. */
export const LIGHTS: readonly Method[] = Object.entries(WAYS).map(([name, { title, least, open }]) => ({
  ...{ name, title, settings: {} },
  recover: async problem => {
    const { group = 1 } = problem;
    if (group < least) {
      throw new UserError(
        `${title} needs at least ${least} pictures of one light: choose --conditions such as shared-${2 * least}`,
      );
    }
    const finder = await open();
    const distortion = await lightsOf(problem, finder).finally(finder.close);
    return divideByDistortion(problem, { signal: blackWhereMissing(problem), distortion }, DETAIL);
  },
}));

/** The light of each group of observations, of each channel by itself, like the observations. */
async function lightsOf(
  { observation: { shape, data }, observed, group = 1 }: Observed,
  finder: LightFinder,
): Promise<Float32NdArray> {
  const [count = 0, channels = 1, height = 1, width = 1] = shape;
  const length = height * width;
  const seen = data.map((value, pixel) => (observed?.data[pixel] === 0 ? Number.NaN : value));
  const lights = new Float32Array(data.length);
  for (let first = 0; first < count; first += group) {
    for (let channel = 0; channel < channels; channel++) {
      const starts = Array.from({ length: group }, (_, i) => ((first + i) * channels + channel) * length);
      const planes = starts.map(start => seen.slice(start, start + length));
      const { light } = await finder.lightOf({ width, height, planes });
      for (const start of starts) lights.set(light, start);
    }
  }
  return float32(shape, lights);
}
