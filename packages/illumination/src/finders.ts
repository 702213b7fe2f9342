// Whatever finds the light of pictures that are there at once: this project's way, and others'.
export { type FoundLight, type LightFinder, openFinder, type Planes } from './finder.js';
export { openPeer, PEERS, type PeerName } from './peers.js';
