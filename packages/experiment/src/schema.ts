// Every setting of an experiment, its meaning, its bounds, and its default: the paper's experiment.

import { networkSchema, trainingSchema } from '@blind-demod/dcgan/node';
import { PAPER_SOLVER, type SolverSettings } from '@blind-demod/demod-core';
import { imageSchema } from '@blind-demod/distortion-data';
import { z } from 'zod';

/** Pixels per side of the images that networks are trained on here. */
const TRAINED_SIZES: readonly number[] = [16, 32, 64, 128];

/** None is larger where it is meant: a run of more would not end. */
const count = z.int().min(1).max(1_000_000);
const fraction = z.number().gt(0).lt(1);
/** A factor of exponential decay; in single precision one nearer to 1 is hardly another number than 1. */
const decay = z.number().min(0).max(0.99999);

const generatorSettings = z
  .strictObject({
    onnx: z.string().min(1).describe('The model, a path relative to this file: latent code in, image out.'),
    range: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low < high, { error: 'expected [low, high] with low < high' })
      .optional()
      .describe(
        "Between which numbers the model's images lie, which are brought to [0, 1]. Found when absent: from its last nodes, or else from sampled images.",
      ),
  })
  .optional()
  .describe('A generator of your own, an ONNX model; this factor then has no network and training.');

const factorSettings = (images: z.input<typeof imageSchema>, latentDimension: number) =>
  z
    .strictObject({
      images: imageSchema.prefault(images),
      network: networkSchema(latentDimension),
      training: trainingSchema,
      generator: generatorSettings,
    })
    .prefault({});

const solverSettings = z
  .strictObject({
    iterations: count.default(PAPER_SOLVER.iterations).describe('Iterations of Algorithm 1.'),
    stepSize: z
      .number()
      .gt(0)
      .max(1e38)
      .default(PAPER_SOLVER.stepSize)
      .describe('Step size, for the mean misfit over pixels.'),
    momentum: decay.default(PAPER_SOLVER.momentum).describe('Momentum of the gradient steps.'),
    robustness: z
      .number()
      .min(1e-6)
      .max(1e6)
      .optional()
      .describe(
        'Residuals beyond this size count by their size, not their square (pseudo-Huber): a generator that cannot draw a stroke should not bend the distortion. Squares alone when absent.',
      ),
    noise: z
      .literal('found')
      .optional()
      .describe(
        'The noise of each picture is told from the picture, and residuals within it count by their square: robustness is for what a generator cannot draw. Not minded when absent.',
      ),
    exposure: z
      .literal('found')
      .optional()
      .describe(
        'The exposure s of a picture y = s · w ⊙ x is found: with the codes, by the least misfit. It is 1 when absent.',
      ),
    blackLevel: z
      .literal('found')
      .optional()
      .describe(
        'The black level b of a picture y = s · w ⊙ x + b is found with the exposure. It is 0 when absent.',
      ),
    latentPenalty: z
      .number()
      .min(0)
      .max(1000)
      .default(PAPER_SOLVER.latentPenalty)
      .describe('λ of the prior term λ/2 (‖h‖² + ‖m‖²), beside the mean misfit over pixels.'),
    starts: z
      .literal('learned')
      .optional()
      .describe(
        'The first start of each image is what the encoder says that was trained with the generators, the others lie around it. As "draws" has them when absent.',
      ),
    restarts: count
      .max(4096)
      .default(PAPER_SOLVER.restarts)
      .describe('Starting points per image; the one of least objective is kept.'),
    draws: z
      .int()
      .min(2)
      .max(65_536)
      .optional()
      .describe(
        'Codes drawn of each factor: the search starts at those pairs of them whose products are nearest to the observation. At random codes when absent.',
      ),
    signCheck: z
      .boolean()
      .default(PAPER_SOLVER.signCheck)
      .describe('Line 3 of Algorithm 1: try the four sign patterns.'),
    balance: z
      .boolean()
      .default(PAPER_SOLVER.balance)
      .describe('Line 5 of Algorithm 1: rescale both codes to equal norms.'),
    momentumOnFlip: z
      .enum(['keep', 'flip', 'reset'])
      .default(PAPER_SOLVER.momentumOnFlip)
      .describe('What happens to the momentum of a code whose sign flips.'),
    momentumOnBalance: z
      .enum(['keep', 'scale'])
      .default(PAPER_SOLVER.momentumOnBalance)
      .describe('Whether the momentum is rescaled with its code.'),
    polish: count
      .optional()
      .describe(
        'Evaluations of L-BFGS on both codes at once that follow, from where each start ended; none when absent.',
      ),
    memory: count
      .max(1000)
      .optional()
      .describe(
        'How many steps of L-BFGS shape its next direction: with more, fewer evaluations go as far. 10 when absent.',
      ),
    together: count
      .optional()
      .describe(
        'Evaluations of L-BFGS on all codes of pictures that share a distortion, after each was solved alone; none when absent.',
      ),
    averaging: z
      .number()
      .min(1e-6)
      .max(1e6)
      .optional()
      .describe(
        'The recovered distortion is the geometric mean over the starts, weighted by exp(−(f/f* − 1)/averaging): f is the objective where a start ended, f* the least of them. The best start alone when absent.',
      ),
    tolerance: z
      .number()
      .min(0)
      .default(PAPER_SOLVER.tolerance)
      .describe(
        'A start whose objective has fallen by less than this fraction over 25 iterations is done; 0 for never.',
      ),
    refinement: z
      .strictObject({
        smoothing: z
          .number()
          .min(0)
          .max(128)
          .default(PAPER_SOLVER.refinement.smoothing)
          .describe('σ, in pixels, of the Gaussian that smooths the recovered distortion first.'),
        regularisation: z
          .number()
          .min(1e-12)
          .max(1e6)
          .default(PAPER_SOLVER.refinement.regularisation)
          .describe('λ in (x̂·y + λ·ŵ) / (x̂² + λ), for an observation without noise.'),
        detail: z
          .number()
          .min(1e-12)
          .max(1e6)
          .default(PAPER_SOLVER.refinement.detail)
          .describe(
            'How wrong G1 is at edges: noise σ adds σ²/s² to λ, with s² = detail² (B (1 − B) + 1/400), B = ŵ blurred.',
          ),
      })
      .prefault({})
      .describe('The observation divided by the recovered distortion.'),
  })
  .refine(({ exposure, blackLevel }) => blackLevel === undefined || exposure !== undefined, {
    path: ['blackLevel'],
    error: 'expected "exposure" to be found as well',
  })
  .refine(({ draws = Number.POSITIVE_INFINITY, restarts }) => draws >= restarts, {
    path: ['draws'],
    error: 'expected at least as many as "restarts"',
  })
  .refine(({ starts, draws }) => starts === undefined || draws === undefined, {
    path: ['draws'],
    error: 'expected nothing beside "starts", which are learned',
  })
  .prefault({})
  .describe('Algorithm 1, and what follows it.') satisfies z.ZodType<SolverSettings>;

const encoderSettings = z
  .strictObject({
    steps: count.default(2000).describe('Steps of its training, each on 64 products of training images.'),
  })
  .prefault({})
  .describe('The network that says where the search starts; trained where "solver.starts" are learned.');

const evaluationSettings = z
  .strictObject({
    images: z
      .union([count, z.literal('all')], { error: 'expected a whole number of at least 1, or "all"' })
      .default(64)
      .describe('How many pairs of test images, or all.'),
    batchSize: count.max(4096).default(32).describe('Pairs solved at once.'),
    figureColumns: count.max(100).default(8).describe('Pairs shown in figure 2.'),
  })
  .prefault({})
  .describe('How recovery is judged.');

/** What a config file may hold; `{}` is the paper's experiment. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors: the JSON Schema of this file.'),
    seed: z.int().min(0).default(1).describe('Everything random follows from it.'),
    imageSize: z
      .int()
      .min(8)
      .max(1024)
      .default(64)
      .describe(
        'Pixels per side, after resizing: 16, 32, 64 or 128, unless both factors have a "generator" of their own.',
      ),
    channels: z.literal([1, 3]).default(1).describe('1 for grey, 3 for colour.'),
    split: z
      .strictObject({
        testFraction: fraction.default(0.1).describe('Fraction of the images held out from training.'),
      })
      .prefault({})
      .describe('How images are divided between training and test.'),
    signal: factorSettings({ source: 'mnist' }, 100).describe('w, the image that is wanted.'),
    distortion: factorSettings({ source: 'gaussian' }, 50).describe('x, the image that spoils it.'),
    encoder: encoderSettings,
    solver: solverSettings,
    evaluation: evaluationSettings,
    pretrained: z
      .string()
      .min(1)
      .optional()
      .describe('Folder of trained generators, relative to this file, used when none were trained here.'),
    paperGenerators: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Folder of the trained generators, relative to this file, with which the paper's solver is shown beside the experiment's own; the experiment's when absent.",
      ),
  })
  .superRefine(({ imageSize, signal, distortion }, { addIssue }) => {
    for (const [factor, { network }] of Object.entries({ signal, distortion })) {
      if (network.drawnSize === undefined || network.drawnSize <= imageSize) continue;
      const message = `expected at most imageSize, which is ${imageSize}`;
      addIssue({ code: 'custom', path: [factor, 'network', 'drawnSize'], message });
    }
    if (TRAINED_SIZES.includes(imageSize) || (signal.generator && distortion.generator)) return;
    addIssue({ code: 'custom', path: ['imageSize'], message: `expected one of ${TRAINED_SIZES.join('|')}` });
  })
  .describe('An experiment in blind demodulation: recover both factors of the picture y = w ⊙ x.');

const factorAsWritten = z.looseObject({}).superRefine((factor, { addIssue }) => {
  if (factor.generator === undefined) return;
  const path = ['network', 'training'].find(name => factor[name] !== undefined);
  if (path === undefined) return;
  const message =
    'expected nothing beside "generator", a model that is its own network and is not trained here';
  addIssue({ code: 'custom', path: [path], message });
});

/** What is wrong in a config file, and not in the experiment that defaults make of it: settings that would do nothing. */
export const experimentAsWritten = z.looseObject({
  signal: factorAsWritten.optional(),
  distortion: factorAsWritten.optional(),
});

export type Experiment = z.output<typeof experimentSchema>;
export type EvaluationSettings = z.output<typeof evaluationSettings>;

/** The JSON Schema (draft 2020-12) of a config file, from which editors complete and check it. */
export function jsonSchema(): object {
  return z.toJSONSchema(experimentSchema, { io: 'input' });
}
