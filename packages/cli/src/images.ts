// The images of both factors, made where they are not there yet.
import type { ByFactor } from '@blind-demod/arrays';
import { type FactorImages, prepareImages } from '@blind-demod/distortion-data';
import type { LoadedExperiment } from '@blind-demod/experiment';
import type { Folders } from './folders.js';

/** @throws UserError like `prepareImages` */
export async function prepareBoth(
  loaded: LoadedExperiment,
  folders: Folders,
): Promise<ByFactor<FactorImages>> {
  return {
    signal: await prepareImages(loaded, 'signal', folders.images('signal')),
    distortion: await prepareImages(loaded, 'distortion', folders.images('distortion')),
  };
}
