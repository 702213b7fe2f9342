// The command line: its commands, and what --help teaches.
import { createRequire } from 'node:module';
import { UserError } from '@blind-demod/arrays';
import { type Device, useThreads } from '@blind-demod/jit';
import { describeDevice } from '@blind-demod/jit/node';
import yargs, { type Argv } from 'yargs';
import { ablateCommand } from './commands/ablate.js';
import { benchCommand } from './commands/bench.js';
import { compareCommand } from './commands/compare.js';
import { correctCommand } from './commands/correct.js';
import { dataCommand } from './commands/data.js';
import { doctorCommand } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { exportCommand } from './commands/export.js';
import { recoverCommand } from './commands/recover.js';
import { sweepCommand } from './commands/sweep.js';
import { sweepRunCommand } from './commands/sweep-run.js';
import { theoryCommand } from './commands/theory.js';
import { trainCommand } from './commands/train.js';
import { webCommand } from './commands/web.js';
import { UsageError } from './exit.js';
import { commonOptions } from './options.js';
import { emptyArgument, plainArguments, plainUsage } from './usage.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const EPILOGUE = `An experiment is one JSON file; configs/ has some, and configs/schema.json describes every setting.
Results go to artifacts/NAME/, where NAME is the file's name. train, eval, compare, ablate and sweep go
on where they were stopped.

The same from the repository's root, with what each step needs made first:
  npx turbo data        npx turbo train        npx turbo eval
  DEMOD_CONFIG=configs/paper.json npx turbo eval`;

const COMMANDS = [
  dataCommand,
  trainCommand,
  evalCommand,
  compareCommand,
  ablateCommand,
  sweepCommand,
  sweepRunCommand,
  recoverCommand,
  correctCommand,
  webCommand,
  theoryCommand,
  exportCommand,
  doctorCommand,
  benchCommand,
];

/** Of an option given twice the last one counts; of a list, that would drop what was meant. */
const listsGivenOnce =
  (args: readonly string[]) =>
  (_: unknown, { array = [] }: { array?: readonly string[] }): true => {
    const times = (name: string) =>
      args.filter(arg => arg === `--${name}` || arg.startsWith(`--${name}=`)).length;
    const twice = array.find(name => times(name) > 1);
    if (twice === undefined) return true;
    throw new UsageError(`--${twice} is given twice; give all of its values after one --${twice}`);
  };

/**
 * A GPU that was asked for is tried before any work, in a process of its own, whose native lines nobody sees.
 *
 * @throws UserError when it does not work
 */
function refuseBroken(device: Device): void {
  if (device !== 'webgpu' && device !== 'cuda') return;
  const { works, detail } = describeDevice(device);
  if (!works) throw new UserError(`device "${device}": ${detail}; see \`demod doctor\``);
}

export function parser(given: readonly string[]): Argv {
  const args = plainArguments(given);
  const empty = emptyArgument(args);
  if (empty !== undefined)
    throw new UsageError(`${empty} is given as an empty text; is a variable of the shell not set?`);
  const commands = COMMANDS.filter(({ describe }) => describe !== false).map(
    ({ command }) => String(command).split(' ')[0]!,
  );
  const program: Argv & { getOptions?(): { key: object } } = yargs(args);
  return program
    .scriptName('demod')
    .usage(
      'Recovers both factors of a picture y = w ⊙ x, each from a generator trained on such images.\n\nUsage: $0 <command> [options]',
    )
    .options(commonOptions)
    .middleware(({ threads }) => useThreads(threads))
    .middleware(({ device, _: [command] }) => {
      if (command !== 'doctor') refuseBroken(device);
    })
    .command(COMMANDS as never)
    .example('$0 doctor', 'What works on this machine')
    .example('$0 eval --images all', 'Recover all held-out pairs and score them')
    .example('$0 correct slides/ --out even', 'Take the light out of your own pictures')
    .example('$0 recover photo.png --out recovered', 'Take a picture of your own apart')
    .epilogue(EPILOGUE)
    .demandCommand(1, 1, 'a command is missing', 'more than one command')
    .strict()
    .version(version)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .locale('en')
    .parserConfiguration({ 'duplicate-arguments-array': false, 'short-option-groups': false })
    .check(listsGivenOnce(args))
    .fail((message, error) => {
      if (error && error.name !== 'YError') throw error;
      const options = Object.keys(program.getOptions?.().key ?? {});
      throw new UsageError(plainUsage(message ?? error.message, args, { commands, options }));
    });
}
