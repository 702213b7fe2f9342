// demod: the program. It loads all else itself, so that a machine on which that fails is told why.
import { tooLittle } from './limits.js';

const cause = tooLittle();
if (cause !== undefined) end(cause);
const program = await import('./program.js').catch((error: Error) =>
  end(error.message.split('\n')[0]!, error),
);
await program.run();

function end(cause: string, error?: Error): never {
  process.stderr.write(`error: demod cannot be loaded: ${cause}\n`);
  if (process.env.DEBUG && error) process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}
