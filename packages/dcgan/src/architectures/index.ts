// The architectures, by the name that a config and a generator's file call them by.
import type { z } from 'zod';
import { coordinate } from './coordinate.js';
import { dcgan } from './dcgan.js';
import { expansiveRelu } from './expansive-relu.js';
import { polynomial } from './polynomial.js';
import { residual } from './residual.js';
import { resizeConvolution } from './resize-convolution.js';

export const ARCHITECTURES = {
  dcgan,
  'resize-convolution': resizeConvolution,
  residual,
  'expansive-relu': expansiveRelu,
  coordinate,
  polynomial,
};

export type ArchitectureName = keyof typeof ARCHITECTURES;

/** The settings of a pair of networks: of this architecture, of any where none is named. */
export type NetworkSettings<Name extends ArchitectureName = ArchitectureName> = {
  [N in Name]: z.output<ReturnType<(typeof ARCHITECTURES)[N]['settings']>>;
}[Name];

/** What is meant where none is named: configs and files are older than the choice. */
export const DEFAULT_ARCHITECTURE = 'dcgan' satisfies ArchitectureName;
