// The solver: generative priors, the misfit, Algorithm 1, restarts, refinement.
export { iterate, type SolverState } from './algorithm1.js';
export { gaussianBlur } from './blur.js';
export { misfit, type Problem } from './misfit.js';
export { type GenerativePrior, generatorPrior, imagesOf, layeredPrior, randomReluPrior } from './prior.js';
export { type Refinable, refine } from './refine.js';
export { type Representation, type RepresentOptions, representationError } from './represent.js';
export { DivergedError } from './search.js';
export { type Recovery, type SolveOptions, solve } from './solve.js';
export { inner, times } from './vectors.js';
