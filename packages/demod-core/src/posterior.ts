// How far the distortion may be wrong: the posterior of its code, near where the search ended.
import { type Float32NdArray, float32, gaussianBlur, stackRows, takeRows } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Matrix, solve } from 'ml-matrix';
import { picturesOf } from './groups.js';
import { drawingOf } from './images-of-many.js';
import type { Priors } from './prior.js';
import { type Problem, takeProblems, turningPoint } from './problem.js';
import type { SearchOptions } from './search.js';
import type { Codes } from './starts.js';

/** How far a code is moved for a derivative. */
const STEP = 0.01;
/** Pixels over which residuals are alike: the blur of white noise that has their correlation. */
const ALIKE = 1.4;

/**
 * The standard deviation of each pixel of the distortions G2(m), by Laplace's approximation: about the codes that were found
 * the images are linear, and the codes' prior is standard normal. It is of the distortion at its own scale.
 *
 * The misfit's own curvature would take every residual for noise. But most of a residual is what G1 cannot draw, and
 * neighbours have it in common. So the covariance of m is P⁻¹SP⁻¹ (White 1982), where P is the misfit's curvature in m, all
 * else left to follow it, and S the covariance of its gradient, as the residuals that are there give it, neighbours together
 * (Conley 1999).
 *
 * @param problem a row for each code of a signal, at an exposure of 1 and a black level of 0.
 * @param codes N of the signal for each of the distortion.
 * @returns [n, ...imageShape], a row for each code of the distortion.
 */
export async function posteriorDeviation(
  [signalPrior, distortionPrior]: Priors,
  problem: Problem<Float32NdArray>,
  codes: Codes,
  { settings, device }: Pick<SearchOptions, 'settings' | 'device'>,
): Promise<Float32NdArray> {
  const { imageShape } = distortionPrior;
  const [n, p] = [signalPrior.latentDimension, distortionPrior.latentDimension];
  const pictures = picturesOf(codes.signal, codes.distortion);
  const drawings = {
    signal: await drawingOf(signalPrior, 1 + n, device),
    distortion: await drawingOf(distortionPrior, 1 + p, device),
  };
  const around = async (row: number): Promise<Around<Float32NdArray>> => ({
    signals: await drawings.signal.draw(nudged(codes.signal, row)),
    distortions: await drawings.distortion.draw(nudged(codes.distortion, Math.floor(row / pictures))),
    problem: takeProblems(problem, [row]),
  });
  const program = await compile((at: Around<Tensor>) => linearised(at, settings), await around(0), {
    device,
  });

  const deviations: Float32Array[] = [];
  for (let group = 0; group < codes.distortion.shape[0]!; group++) {
    const [precision, scatter] = [Matrix.zeros(p, p), Matrix.zeros(p, p)];
    let slopes!: Matrix;
    for (let row = group * pictures; row < (group + 1) * pictures; row++) {
      const found = await program.run(await around(row));
      const [jacobian, curvature] = [found.jacobian, found.curvature].map(matrixOf) as [Matrix, Matrix];
      const noise = found.noise.data[0]!;
      // Numbers that follow the distortion's code: the signal's, and levels.
      const others = jacobian.rows - p;
      const [first, last] = [[0, others - 1] as const, [others, others + p - 1] as const];
      const block = (rows: readonly [number, number], columns: readonly [number, number]) =>
        curvature.subMatrix(...rows, ...columns);
      const ofOthers = Matrix.add(block(first, first), Matrix.eye(others).mul(noise));
      const following = solve(ofOthers, block(first, last));
      precision.add(Matrix.sub(block(last, last), block(last, first).mmul(following)));
      precision.add(Matrix.eye(p).mul(noise / pictures));
      const gradients = Matrix.sub(
        jacobian.subMatrix(...last, 0, jacobian.columns - 1),
        following.transpose().mmul(jacobian.subMatrix(...first, 0, jacobian.columns - 1)),
      ).mulRowVector([...found.force.data]);
      scatter.add(scatterOf(gradients, imageShape));
      slopes = matrixOf(found.slopes);
    }
    const inverse = solve(precision, Matrix.eye(p));
    const covariance = inverse.mmul(scatter).mmul(inverse);
    const moved = covariance.mmul(slopes);
    deviations.push(
      Float32Array.from({ length: slopes.columns }, (_, pixel) => {
        let variance = 0;
        for (let k = 0; k < p; k++) variance += slopes.get(k, pixel) * moved.get(k, pixel);
        return Math.sqrt(Math.max(0, variance));
      }),
    );
  }
  await Promise.all([program.dispose(), drawings.signal.dispose(), drawings.distortion.dispose()]);
  return stackRows(deviations, imageShape);
}

/** The images of a code and of its neighbours, and the problem that it answers. */
interface Around<T> {
  readonly signals: T;
  readonly distortions: T;
  readonly problem: Problem<T>;
}

/** A code, and the same with each number moved: [1 + n, n]. */
function nudged(codes: Float32NdArray, row: number): Float32NdArray {
  const { data: code } = takeRows(codes, [row]);
  const n = code.length;
  const data = Float32Array.from({ length: (1 + n) * n }, (_, i) => code[i % n]!);
  for (let k = 0; k < n; k++) data[(1 + k) * n + k]! += STEP;
  return float32([1 + n, n], data);
}

/** What the misfit is near the codes; numbers of the signal come first, then exposure and black level, then those of the distortion. */
function linearised(
  { signals, distortions, problem }: Around<Tensor>,
  { robustness, exposure, blackLevel }: SearchOptions['settings'],
) {
  const split = (images: Tensor) => {
    const [count, pixels] = images.shape as [number, number];
    const [middle, moved] = tf.split(images, [1, count - 1], 0) as [Tensor, Tensor];
    return { middle, slopes: tf.div(tf.sub(moved, middle), STEP), pixels };
  };
  const [w, x] = [split(signals), split(distortions)];
  const flat = (values: Tensor) => tf.reshape(values, [1, w.pixels]);
  const product = tf.mul(w.middle, x.middle);
  const observed = problem.observed ? flat(problem.observed) : tf.onesLike(product);
  const residual = tf.mul(tf.sub(product, flat(problem.observation)), observed);
  const delta = robustness === undefined ? undefined : flatScalar(turningPoint(robustness, problem.noise));
  const root = delta ? tf.rsqrt(tf.add(1, tf.square(tf.div(residual, delta)))) : tf.onesLike(residual);
  const weight = tf.mul(tf.pow(root, 3), observed);
  const force = tf.mul(residual, root);
  const jacobian = tf.mul(
    tf.concat(
      [
        tf.mul(w.slopes, x.middle),
        ...(exposure === undefined ? [] : [product]),
        ...(blackLevel === undefined ? [] : [tf.onesLike(product)]),
        tf.mul(x.slopes, w.middle),
      ],
      0,
    ),
    observed,
  ) as tf.Tensor2D;
  return {
    jacobian,
    curvature: tf.matMul(tf.mul(jacobian, weight) as tf.Tensor2D, jacobian, false, true),
    force,
    slopes: x.slopes,
    /** The variance of the residuals, as they count. */
    noise: tf.div(tf.sum(tf.square(force)), tf.maximum(tf.sum(weight), 1e-12)),
  };
}

const flatScalar = (value: Tensor): Tensor => (value.rank === 0 ? value : tf.reshape(value, [1, 1]));

const matrixOf = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }): Matrix =>
  Matrix.from1DArray(shape[0]!, shape[1]!, data as number[]);

/** Σ over pairs of pixels of the products of their gradients, as much as they are near each other: [p, p]. */
function scatterOf(gradients: Matrix, imageShape: readonly number[]): Matrix {
  if (imageShape.length !== 3) return gradients.mmul(gradients.transpose());
  const values = float32([gradients.rows, ...imageShape], Float32Array.from(gradients.to1DArray()));
  const { data } = gaussianBlur(values, ALIKE);
  const blurred = Matrix.from1DArray(gradients.rows, gradients.columns, data as unknown as number[]);
  return blurred.mmul(blurred.transpose()).mul(4 * Math.PI * ALIKE ** 2);
}
