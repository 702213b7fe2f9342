// What takes seconds to make is made when it is first needed: another method may be all that is asked for.

/** The value of `make`, which is called once at most. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
