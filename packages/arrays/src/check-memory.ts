// Refusing what does not fit into memory before it is begun.
import { memoryLimit } from '#memory';
import { UserError } from './errors.js';

/**
 * Does nothing where this process may use so many bytes.
 *
 * @param what needs them, for the message: 'training the signal generator'.
 * @throws UserError with both numbers where it may not.
 */
export function checkMemory(bytes: number, what: string): void {
  const limit = memoryLimit();
  if (bytes <= limit) return;
  const [needed, there] = [bytes, limit].map(size => `${(size / 2 ** 30).toFixed(1)} GiB`);
  throw new UserError(
    `${what} needs about ${needed} of memory, and there are ${there} here; use smaller networks, images or batches`,
  );
}
