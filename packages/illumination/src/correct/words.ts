// The doubt of a light in words.

/** Above this a light is rather a guess. */
const LARGE = 0.08;
/** Below this nobody sees what is left. */
const SMALL = 0.025;

/** What a doubt means, and what helps. @param doubt expected relative error; see `SharedLight` */
export function doubtInWords(doubt: number, pictures: number): string {
  const size = `known to about ${(100 * doubt).toFixed(doubt < 0.1 ? 1 : 0)} %`;
  if (doubt <= SMALL) return `${size}, which is sure`;
  if (doubt <= LARGE) return `${size}, which is fairly sure`;
  const help =
    pictures === 1
      ? 'more pictures under the same light would tell'
      : 'more pictures of other scenes would tell';
  return `${size} only: look at the result before you use it; ${help}`;
}
