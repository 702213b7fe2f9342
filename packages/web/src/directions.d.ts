// What the build finds out about the generators: see build/directions.ts.
declare module 'virtual:directions' {
  import type { Factor } from '@blind-demod/arrays';

  const directions: Readonly<Record<Factor, readonly (readonly number[])[]>>;
  export default directions;
}
