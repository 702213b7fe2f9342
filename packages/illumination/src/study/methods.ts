// The ways to find a light that are beside each other in a study: this one, others where there is a Python that has them, nothing.

import { UserError } from '@blind-demod/arrays';
import { type FoundLight, openFinder, type Planes } from '../finder.js';
import { openPeer, PEERS, type PeerName } from '../peers.js';

export interface Method {
  readonly title: string;
  /** Undefined for pictures that it is not for. */
  lightOf(pictures: Planes): Promise<FoundLight | undefined>;
  close(): Promise<void>;
}

/** Methods for one picture take their time for each, and are asked about no more. */
const MOST_ALONE = 4;

const nothing: Method = {
  title: 'nothing',
  lightOf: async ({ width, height }) => ({ light: new Float32Array(width * height).fill(1), seconds: 0 }),
  close: async () => {},
};

/** This project's way, with the network that comes with it. */
export const ownMethod = async (): Promise<Method> => ({ title: 'demod correct', ...(await openFinder()) });

async function peer(name: PeerName): Promise<Method> {
  const { title, least } = PEERS[name];
  const { lightOf, close } = await openPeer(name);
  const most = least === 1 ? MOST_ALONE : Number.POSITIVE_INFINITY;
  const takes = ({ length }: readonly unknown[]) => least <= length && length <= most;
  return {
    title,
    close,
    lightOf: async pictures => (takes(pictures.planes) ? lightOf(pictures) : undefined),
  };
}

/** The mean of the lights of each picture alone: what this project's way would be without its least squares over all of them. */
async function oneByOne(): Promise<Method> {
  const { lightOf, close } = await openFinder();
  return {
    title: 'one by one',
    close,
    async lightOf({ planes, ...size }) {
      const sum = new Float64Array(size.width * size.height);
      let seconds = 0;
      for (const plane of planes) {
        const found = await lightOf({ ...size, planes: [plane] });
        for (const [pixel, value] of found.light.entries()) sum[pixel]! += Math.log(value);
        seconds += found.seconds;
      }
      return { light: Float32Array.from(sum, value => Math.exp(value / planes.length)), seconds };
    },
  };
}

/**
 * Nothing, the peers that can be had here, and this project's way, also by its stages; of the other peers it is said on stderr
 * why not.
 */
export async function allMethods(): Promise<Method[]> {
  const methods = [nothing];
  for (const name of Object.keys(PEERS) as PeerName[]) {
    try {
      methods.push(await peer(name));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      process.stderr.write(`note: ${error.message}\n`);
    }
  }
  const askedOnce = { title: 'asked once', ...(await openFinder({ times: 1 })) };
  return [...methods, await oneByOne(), askedOnce, await ownMethod()];
}
