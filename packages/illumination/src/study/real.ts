// How near the light of few pictures is to that which BaSiC finds from all of a folder, where nobody knows the true one:
// npm run study:real -w @blind-demod/illumination -- PICTURES

import { randomStream } from '@blind-demod/arrays';
import type { Planes } from '../finder.js';
import { openPeer } from '../peers.js';
import { allMethods } from './methods.js';
import { compare } from './table.js';
import { planesIn } from './trials.js';

const COUNTS = [1, 4, 16];
/** So often pictures are drawn for each count. */
const DRAWS = 12;
const SEED = 1;

const all = await planesIn(process.argv[2]);
const basic = await openPeer('basic');
const { light } = await basic.lightOf(all);
await basic.close();
const groups = COUNTS.filter(count => count < all.planes.length).map(count => ({
  name: `${count}`,
  problems: Array.from({ length: DRAWS }, (_, draw) => () => ({ pictures: drawn(count, draw), light })),
}));
await compare(await allMethods(), groups);

function drawn(count: number, draw: number): Planes {
  const order = randomStream(SEED, 'draw', count, draw).permutation(all.planes.length);
  return { ...all, planes: [...order.slice(0, count)].map(index => all.planes[index]!) };
}
