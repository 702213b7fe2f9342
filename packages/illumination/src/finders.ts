// Whatever finds the light of pictures that are there at once: this project's way, and others'.
export type { FoundLight, LightFinder, Planes } from './finder.js';
export { openPeer, PEERS, type PeerName } from './peers.js';

/** As `openFinder` of finder.ts, which is loaded when it is first asked for. */
export const openFinder: typeof import('./finder.js').openFinder = async options =>
  (await import('./finder.js')).openFinder(options);
