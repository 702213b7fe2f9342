// The parameters of a network, layer by layer: as arrays where they are kept, as tensors where they are computed with.

/** Parameters of one layer; it has a `scale` where it is normalised, and a bias, if any, is added after that. */
export interface LayerParameters<T> {
  readonly weight: T;
  readonly scale?: T;
  readonly bias?: T;
}

/** Layers from the latent code up (generator) or from the image down (discriminator). */
export type Parameters<T> = readonly LayerParameters<T>[];

/** `combine` of the corresponding leaves of networks of one architecture: `zipParameters(tf.add, a, b)`. */
export function zipParameters<From, To>(
  combine: (...leaves: From[]) => To,
  ...networks: Parameters<From>[]
): Parameters<To> {
  return networks[0]!.map((layer, index) => {
    const names = Object.keys(layer) as (keyof LayerParameters<From>)[];
    const combined = names.map(name => [
      name,
      combine(...networks.map(network => network[index]![name] as From)),
    ]);
    return Object.fromEntries(combined) as LayerParameters<To>;
  });
}
