// What the build finds out about the generators: see build/walks.ts.
declare module 'virtual:walks' {
  import type { Factor } from '@blind-demod/arrays';

  /** Codes to begin at, and the directions of the sliders. */
  interface Ways {
    readonly starts: readonly (readonly number[])[];
    readonly directions: readonly (readonly number[])[];
  }
  const walks: Readonly<Record<Factor, Ways>>;
  export default walks;
}
