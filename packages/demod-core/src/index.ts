// The solver: generative priors, the objective, Algorithm 1, restarts, refinement.
export { iterate, objective, type SolverState } from './algorithm1.js';
export { type GenerativePrior, generatorPrior, imagesOf, layeredPrior, randomReluPrior } from './prior.js';
export { gaussianBlur, refine } from './refine.js';
export { type Representation, type RepresentOptions, representationError } from './represent.js';
export { type Recovery, type SolveOptions, solve } from './solve.js';
