// Where everything that belongs to an experiment is kept.

import { join } from 'node:path';
import type { Factor } from '@blind-demod/arrays';

export interface Folders {
  /** That of everything that belongs to the experiment. */
  readonly root: string;
  images(factor: Factor): string;
  generator(factor: Factor): string;
  readonly encoder: string;
  readonly denoiser: string;
  readonly trials: string;
  readonly evaluation: string;
  readonly ablation: string;
  readonly comparison: string;
}

/** The folders of the experiment `name` under the artifact root `out`. */
export function foldersOf(out: string, name: string): Folders {
  const root = join(out, name);
  return {
    root,
    images: factor => join(root, 'data', factor),
    generator: factor => join(root, factor),
    encoder: join(root, 'encoder'),
    denoiser: join(root, 'denoiser'),
    trials: join(root, 'trials'),
    evaluation: join(root, 'eval'),
    ablation: join(root, 'ablation'),
    comparison: join(root, 'compare'),
  };
}
