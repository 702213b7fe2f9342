// The command line: its commands, and what --help teaches.
import { UserError } from '@blind-demod/arrays/errors';
import yargs, { type Argv } from 'yargs';
import type { ListedCommand } from './command.js';
import { UsageError } from './exit.js';
import { type CommonArguments, commonOptions } from './options.js';
import { emptyArgument, plainArguments, plainUsage } from './usage.js';
import { version } from './version.js';

const EPILOGUE = `An experiment is one JSON file; configs/ has some, and configs/schema.json describes every setting.
Results go to artifacts/NAME/, where NAME is the file's name. train, eval, compare, ablate and sweep go
on where they were stopped.

The same from the repository's root, with what each step needs made first:
  npx turbo data        npx turbo train        npx turbo eval
  DEMOD_CONFIG=configs/paper.json npx turbo eval`;

/** All commands. What one needs is loaded when it is called: the libraries of all take seconds. */
const COMMANDS: readonly ListedCommand[] = [
  {
    usage: 'data',
    describe: 'Make the training and test images of both factors',
    load: () => import('./commands/data.js'),
  },
  {
    usage: 'train [factor]',
    describe: 'Train the generators; goes on where it was stopped, does nothing when they are there',
    load: () => import('./commands/train.js'),
  },
  {
    usage: 'eval',
    describe:
      "Recover pairs of test images by the paper's solver and the experiment's own, and measure how well",
    load: () => import('./commands/eval.js'),
  },
  {
    usage: 'compare',
    describe: 'Compare all methods on pairs of test images, with noise and missing pixels too',
    load: () => import('./commands/compare.js'),
  },
  {
    usage: 'ablate [study]',
    describe: "Solve pairs of training images with the solver's settings changed one at a time",
    load: () => import('./commands/ablate.js'),
  },
  {
    usage: 'sweep <configs..>',
    describe: 'Train and evaluate many experiments, and rank them in a leaderboard',
    load: () => import('./commands/sweep.js'),
  },
  { usage: 'sweep-run', describe: false, load: () => import('./commands/sweep-run.js') },
  {
    usage: 'recover <images..>',
    describe: 'Recover both factors of a picture, or of several that share their distortion',
    load: () => import('./commands/recover.js'),
  },
  {
    usage: 'correct <pictures..>',
    describe: 'Take the light out of pictures: one, or hundreds under the same',
    load: () => import('./commands/correct.js'),
  },
  {
    usage: 'web',
    describe: 'Serve the page to try it all in a browser, on this machine',
    load: () => import('./commands/web.js'),
  },
  {
    usage: 'theory [study]',
    describe: 'Run a study of the theory, or "all"; lists them when none is named',
    load: () => import('./commands/theory.js'),
  },
  {
    usage: 'export',
    describe: 'Write both generators as ONNX models, for any ONNX runtime',
    load: () => import('./commands/export.js'),
  },
  {
    usage: 'doctor',
    describe: 'Tell what works on this machine, and what to do about the rest',
    load: () => import('./commands/doctor.js'),
  },
  {
    usage: 'bench',
    describe:
      'Measure the speed of training and solving beside that of a matrix product and of TensorFlow.js',
    load: () => import('./commands/bench.js'),
  },
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
 * What comes before the work of any command. A GPU that was asked for is tried, in a process of its own, whose native lines
 * nobody sees.
 *
 * @throws UserError when it does not work
 */
async function prepare({ threads, device }: CommonArguments, name: string): Promise<void> {
  if (threads !== undefined) (await import('@blind-demod/jit')).useThreads(threads);
  if (name === 'doctor' || (device !== 'webgpu' && device !== 'cuda')) return;
  const { works, detail } = (await import('@blind-demod/jit/node')).describeDevice(device);
  if (!works) throw new UserError(`device "${device}": ${detail}; see \`demod doctor\``);
}

const nameOf = (usage: string): string => usage.split(' ')[0]!;

/** As yargs takes a command: all of one that is named in the arguments, of any other its line of the help. */
async function toYargs({ usage, describe, load }: ListedCommand, args: readonly string[]): Promise<object> {
  const name = nameOf(usage);
  if (!args.includes(name)) return { command: usage, describe };
  const { command } = await load();
  return {
    command: usage,
    describe,
    builder: command.builder,
    handler: async (parsed: CommonArguments) => {
      await prepare(parsed, name);
      await command.handler(parsed as never);
    },
  };
}

export async function parser(given: readonly string[]): Promise<Argv> {
  const args = plainArguments(given);
  const empty = emptyArgument(args);
  if (empty !== undefined)
    throw new UsageError(`${empty} is given as an empty text; is a variable of the shell not set?`);
  const known = await Promise.all(COMMANDS.map(command => toYargs(command, args)));
  const commands = COMMANDS.filter(({ describe }) => describe !== false).map(({ usage }) => nameOf(usage));
  const program: Argv & { getOptions?(): { key: object } } = yargs(args);
  return program
    .scriptName('demod')
    .usage(
      'Recovers both factors of a picture y = w ⊙ x, each from a generator trained on such images.\n\nUsage: $0 <command> [options]',
    )
    .options(commonOptions)
    .command(known as never)
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
