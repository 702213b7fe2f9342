import { UserError } from '@blind-demod/arrays';
import { afterEach, expect, test, vi } from 'vitest';
import type { LightFinder } from '../src/finder.js';
import { openPeer, PEERS, type PeerName } from '../src/peers.js';
import { errorOf } from '../src/study/table.js';
import { vignetted } from './vignetted.js';

afterEach(() => void vi.unstubAllEnvs());

test.for(Object.keys(PEERS) as PeerName[])(
  '%s finds a vignette, where there is a Python that has it',
  async (name, { skip }) => {
    let peer: LightFinder;
    try {
      peer = await openPeer(name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return skip(error.message);
    }
    const { pictures, light } = vignetted({ side: 96, count: 4 });
    const { light: found } = await peer.lightOf(pictures);
    await peer.close();
    const nothing = errorOf(new Float32Array(light.length).fill(1), light);
    // Each takes most of it away; the rolling ball, which looks for a ground and not for a light, the least.
    expect(errorOf(found, light)).toBeLessThan(nothing / 2);
  },
);

test('without Python it is said what to install, and where to name it', async () => {
  vi.stubEnv('PYTHON', '/nowhere/python');
  await expect(openPeer('basic')).rejects.toThrow(
    'BaSiC does not run here: /nowhere/python cannot be started; install it (`pip install scikit-image basicpy',
  );
});
