// What is wrong with a command line, in plain words: yargs' own are of its inner workings.
import { nearest } from '@blind-demod/artifacts/nearest';

/** What there is to choose from. */
interface Known {
  readonly commands: readonly string[];
  /** Names of options, without dashes. */
  readonly options: readonly string[];
}

/**
 * Arguments as yargs understands them: after `--` none is an option, and `-` is standard input. A name with a dash in front
 * is then the same file's path.
 */
export function plainArguments(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const files = end < 0 ? [] : args.slice(end + 1);
  return [
    ...args.slice(0, end < 0 ? args.length : end),
    ...files.map(file => (/^-./.test(file) ? `./${file}` : file)),
  ].map(arg => (arg === '-' ? '/dev/stdin' : arg));
}

/** The argument that is empty, as of a shell's variable that is not set; undefined where none is. */
export function emptyArgument(args: readonly string[]): string | undefined {
  const at = args.findIndex(arg => arg === '' || /^--[\w-]+=$/.test(arg));
  if (at < 0) return undefined;
  const option = [args[at]!, args[at - 1] ?? ''].find(arg => arg.startsWith('--'));
  return option === undefined ? 'a name' : option.replace('=', '');
}

/** yargs' message about these arguments, said anew; as it is, where it is none of those known here. */
export function plainUsage(message: string, args: readonly string[], { commands, options }: Known): string {
  const [, unknown] = /^Unknown arguments?: ([^,]*)/.exec(message) ?? [];
  const command = args.find(arg => commands.includes(arg));
  if (unknown !== undefined) {
    const option = args.find(arg => /^-/.test(arg) && nameOf(arg).startsWith(unknown));
    if (option !== undefined && /^-[^-]/.test(option)) {
      return `there is no option ${option}; a file whose name begins with a dash is given as ./${option}`;
    }
    if (option !== undefined)
      return `there is no option --${nameOf(option)}${meant(nameOf(option), options, '--')}`;
    if (command === undefined) {
      return `there is no command "${unknown}"${meant(unknown, commands) || `; there are ${commands.join(', ')}`}`;
    }
    return `"${unknown}" is one argument more than demod ${command} takes`;
  }
  const [, name, given, choices] =
    /^Invalid values:\s+Argument: (\S+), Given: (.*), Choices: (.*)$/s.exec(message) ?? [];
  if (name !== undefined && given !== undefined && choices !== undefined) {
    const known = choices.replaceAll('"', '').split(', ');
    const where = options.includes(name) && args.some(arg => nameOf(arg) === name) ? `--${name}` : name;
    return `${where} expects one of ${known.join(', ')}, got ${given}${meant(given.replaceAll('"', ''), known)}`;
  }
  const [, option] = /^(?:Not enough arguments following|Missing argument value): (.*)$/.exec(message) ?? [];
  if (option !== undefined) {
    return `--${option} needs a value; one that begins with a dash is given as --${option}=VALUE`;
  }
  if (message.startsWith('Not enough non-option arguments')) {
    const file = args.find(arg => /^-[^-]/.test(arg));
    const hint = file === undefined ? '' : `; a file whose name begins with a dash is given as ./${file}`;
    return `demod ${command ?? ''} needs one argument more${hint}`;
  }
  return message;
}

const nameOf = (arg: string): string => arg.replace(/^-+/, '').replace(/=.*$/s, '');

function meant(given: string, known: readonly string[], prefix = ''): string {
  const close = nearest(given, known);
  return close === undefined ? '' : ` (did you mean ${prefix}${close}?)`;
}
