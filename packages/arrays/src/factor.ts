// The two factors of the product y = w ⊙ x.

/** `signal` is w, what is wanted; `distortion` is x, what got in the way. */
export const FACTORS = ['signal', 'distortion'] as const;
/** The name of a factor. */
export type Factor = (typeof FACTORS)[number];

/** The one that a factor is multiplied by. */
export const otherFactor = (factor: Factor): Factor => (factor === 'signal' ? 'distortion' : 'signal');

/** What there is one of for each factor. */
export type ByFactor<T> = Readonly<Record<Factor, T>>;

/** `make` of each factor. */
export const byFactor = <T>(make: (factor: Factor) => T): ByFactor<T> => ({
  signal: make('signal'),
  distortion: make('distortion'),
});
