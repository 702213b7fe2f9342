// Other programs that find lights, where $PYTHON or python3 has them: peers/lights.py asks them.

import { fileURLToPath } from 'node:url';
import { UserError } from '@blind-demod/arrays';
import { startPython } from '@blind-demod/artifacts';
import type { LightFinder } from './finder.js';

const PROGRAM = fileURLToPath(new URL('../peers/lights.py', import.meta.url));

/** The peers, by the names that they are asked for. */
export const PEERS = {
  'rolling-ball': { title: 'rolling ball', packages: ['scikit-image'], least: 1 },
  n4: { title: 'N4', packages: ['scikit-image', 'SimpleITK'], least: 1 },
  basic: { title: 'BaSiC', packages: ['scikit-image', 'basicpy'], least: 2 },
} as const satisfies Record<string, PeerFacts>;

export type PeerName = keyof typeof PEERS;

interface PeerFacts {
  readonly title: string;
  /** That its Python has to have. */
  readonly packages: readonly string[];
  /** So many pictures it needs; where 1, it takes each by itself. */
  readonly least: number;
}

/**
 * A peer, ready to be asked.
 *
 * @throws UserError when it cannot be had here, with what to install
 */
export async function openPeer(name: PeerName): Promise<LightFinder> {
  const { title, packages } = PEERS[name];
  const program = startPython(PROGRAM, name);
  const answer = () =>
    program.answer().catch(error => {
      throw new UserError(
        `${title} does not run here: ${error.message}; install it (\`pip install ${packages.join(' ')}\`), and name its Python by $PYTHON`,
      );
    });
  await answer();
  return {
    async lightOf({ width, height, planes }) {
      program.input.write(`${JSON.stringify({ shape: [planes.length, height, width] })}\n`);
      for (const { buffer, byteOffset, byteLength } of planes)
        program.input.write(new Uint8Array(buffer, byteOffset, byteLength));
      const { light, seconds } = (await answer()) as { light: string; seconds: number };
      const bytes = Uint8Array.from(Buffer.from(light, 'base64'));
      return { light: new Float32Array(bytes.buffer), seconds };
    },
    close: async () => {
      program.input.end();
    },
  };
}
