// The linear subspace nearest to a set of training images: their principal components through the origin, as a scale is
// free (Eckart and Young 1936, by the randomised subspace iteration of Halko, Martinsson and Tropp 2011).
import {
  addScaled,
  type ByFactor,
  combine,
  type Float32NdArray,
  inner,
  randomStream,
} from '@blind-demod/arrays';
import type { ImageSet } from '@blind-demod/distortion-data';
import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix';

/** Columns beyond those wanted, and passes over the images: components are good to a few percent of the least of them. */
const SPARE_COLUMNS = 8;
const PASSES = 4;

/** Columns of the length of an image. */
export type Basis = readonly Float64Array[];

/** The subspaces of both factors. */
export function trainingSubspaces(
  { signal, distortion }: ByFactor<ImageSet>,
  {
    signalComponents,
    distortionComponents,
    trainingImages,
  }: { signalComponents: number; distortionComponents: number; trainingImages: number },
): ByFactor<Basis> {
  return {
    signal: trainingSubspace(signal.pixels, signalComponents, trainingImages),
    distortion: trainingSubspace(distortion.pixels, distortionComponents, trainingImages),
  };
}

/**
 * `components` orthogonal directions, each as long as the root mean square of the training images' coefficients along
 * it: in this basis, coefficients of typical images have a mean square of one. The most important comes first.
 *
 * @param images [count, channels, height, width], of which the first `count` are used.
 */
export function trainingSubspace(images: Float32NdArray, components: number, count: number): Basis {
  const used = Math.min(count, images.shape[0]!);
  const length = images.data.length / images.shape[0]!;
  const rows = Array.from({ length: used }, (_, i) => images.data.subarray(i * length, (i + 1) * length));
  const width = Math.min(components + SPARE_COLUMNS, used, length);
  const random = randomStream(0, 'training subspace');
  let columns = orthonormal(Array.from({ length: width }, () => Float64Array.from(random.normals(length))));
  for (let pass = 0; pass < PASSES; pass++) columns = orthonormal(secondMoment(rows, columns));

  const products = secondMoment(rows, columns);
  const small = new Matrix(columns.map(a => products.map(b => inner(a, b))));
  // Ascending eigenvalues: the last is the largest.
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(small, {
    assumeSymmetric: true,
  });
  return Array.from({ length: Math.min(components, width) }, (_, i) => {
    const at = width - 1 - i;
    const scale = Math.sqrt(Math.max(0, realEigenvalues[at]!));
    return combine(
      columns,
      eigenvectorMatrix.getColumn(at).map(value => scale * value),
    );
  });
}

/** The mean of image imageᵀ, times each column. */
function secondMoment(images: readonly Float32Array[], columns: Basis): Float64Array[] {
  const products = columns.map(column => new Float64Array(column.length));
  for (const image of images) {
    columns.forEach((column, i) => addScaled(products[i]!, inner(image, column) / images.length, image));
  }
  return products;
}

function orthonormal(columns: Basis): Float64Array[] {
  const { orthogonalMatrix } = new QrDecomposition(
    new Matrix(columns.map(column => [...column])).transpose(),
  );
  return columns.map((_, i) => Float64Array.from(orthogonalMatrix.getColumn(i)));
}
