// How much memory this process may use, in a browser: it does not say.
export const memoryLimit = (): number => Number.POSITIVE_INFINITY;
