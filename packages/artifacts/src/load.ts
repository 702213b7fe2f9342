// Reading a file of settings, with an error that says what to change.

import { basename, dirname, resolve } from 'node:path';
import { JsonSyntaxError, parseJson, UserError } from '@blind-demod/arrays';
import { z } from 'zod';
import { systemCode, systemReason } from './errors.js';
import { isStandardInput, readInput, TooLargeError } from './input.js';
import { nearest } from './nearest.js';

/** No file of settings is larger; one that is would be something else, given by mistake. */
const LARGEST = 2 ** 20;
/** Characters of a name or a value that a message shows. */
const LONGEST_SHOWN = 40;

/** As JSON writes it. */
const NULL_CHARACTER = /(?<!\\)(\\\\)*\\u0000/;

/** What a config file says, and where it is. */
export interface Loaded<Experiment> {
  /** The file's name without folder and `.json`, of standard input `stdin`; its artifacts are kept under this name. */
  readonly name: string;
  /** The config file, as it was given, for messages; `-` is standard input. */
  readonly file: string;
  /** The config file's folder, of standard input the working directory, absolute: paths in the experiment are as written there, relative to this. */
  readonly root: string;
  /** Every setting, defaults filled in. */
  readonly experiment: Experiment;
}

/**
 * Reads an experiment of this schema from a JSON file.
 *
 * @param asWritten like that of `loadSettings`.
 * @throws UserError like `loadSettings`.
 */
export async function loadAs<Experiment>(
  file: string,
  schema: z.ZodType<Experiment>,
  asWritten?: z.ZodType,
): Promise<Loaded<Experiment>> {
  return {
    name: nameOf(file),
    file,
    root: isStandardInput(file) ? process.cwd() : dirname(resolve(file)),
    experiment: await loadSettings(file, schema, asWritten),
  };
}

function nameOf(file: string): string {
  const name = isStandardInput(file) ? 'stdin' : basename(file, '.json');
  // Folders under the artifact root are called by it.
  if (!/^\.*$/.test(name)) return name;
  throw new UserError(
    `${file}: an experiment is called by its file's name, and this one has none; rename it`,
  );
}

/**
 * Reads settings from a JSON file, defaults filled in.
 *
 * @param asWritten what the settings have to be beside that, before defaults are filled in.
 * @throws UserError when the file is missing, is not JSON, or has a setting that is unknown or out of bounds.
 */
export async function loadSettings<T>(
  file: string,
  schema: z.ZodType<T>,
  asWritten: z.ZodType = z.unknown(),
): Promise<T> {
  const settings = parse(await read(file), file);
  const result = schema.safeParse(settings);
  const error = result.error ?? asWritten.safeParse(settings).error;
  if (error) throw new UserError(`${file}: ${explain(error.issues, settings, schema)}`);
  return result.data!;
}

async function read(file: string): Promise<string> {
  try {
    return (await readInput(file, LARGEST)).toString('utf8');
  } catch (error) {
    const wanted = 'give the path of a JSON file of settings';
    if (error instanceof TooLargeError) {
      throw new UserError(
        `${file}: has more than ${LARGEST / 2 ** 20} MiB, so is no file of settings; ${wanted}`,
      );
    }
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UserError(`${file}: no such file; ${wanted}`);
    if (code === 'EISDIR') throw new UserError(`${file}: is a folder; ${wanted}`);
    const reason = systemReason(error);
    throw reason === undefined ? error : new UserError(`${file}: cannot be read: ${reason}`);
  }
}

function parse(content: string, file: string): unknown {
  const text = content.replace(/^\uFEFF/, ''); // the byte order mark that some editors write
  try {
    const settings = parseJson(text);
    if (NULL_CHARACTER.test(text)) {
      throw new UserError(`${file}: a text in it has the null character, \\u0000, which no path has`);
    }
    return settings;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const lines = text.slice(0, error.position).split('\n');
    const place = `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
    throw new UserError(`${file}: not valid JSON at ${place}: ${error.message}`);
  }
}

/** One line for the first issue: which setting, what is wrong with it, and what it may be. */
function explain(issues: readonly z.core.$ZodIssue[], settings: unknown, schema: z.ZodType): string {
  const issue = issues[0]!;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = settingsAt(settings, issue.path, schema);
    const close = nearest(key, known);
    const hint = close === undefined ? `known there: ${known.join(', ')}` : `did you mean "${close}"?`;
    return `unknown setting "${cut([...issue.path, key].join('.'))}"; ${hint}${more}`;
  }
  const place = issue.path.length === 0 ? 'the settings' : `"${cut(issue.path.join('.'))}"`;
  return `${place}: ${reason(issue, settings)}${more}`;
}

/** Zod's reason, as 'expected …, got …' with the value that was found. */
function reason(issue: z.core.$ZodIssue, settings: unknown): string {
  const expected = issue.message
    .replace(/^(Invalid|Too) .*?[:.] /i, '')
    .replace(/, received .*$/, '')
    .replace(/^Expected/, 'expected')
    .replace(/^expected int$/, 'expected a whole number')
    .replace(" | 'undefined'", ''); // of an alternative that stands where none is named
  const found = issue.path.reduce(memberOf, settings);
  const shown = JSON.stringify(found) ?? 'nothing';
  return `${expected}, got ${cut(shown)}`;
}

const cut = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

/** The parts of a JSON Schema that tell which settings there are. */
interface SettingSchema {
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly oneOf?: readonly SettingSchema[];
  readonly const?: unknown;
  readonly default?: unknown;
}

/** The names of the settings that may stand at a path. */
function settingsAt(settings: unknown, path: readonly PropertyKey[], root: z.ZodType): string[] {
  let schema = alternativeOf(z.toJSONSchema(root, { io: 'input' }) as SettingSchema, settings);
  let value = settings;
  for (const key of path) {
    value = memberOf(value, key);
    schema = alternativeOf(schema.properties?.[String(key)] ?? {}, value);
  }
  return Object.keys(schema.properties ?? {});
}

/** Of the alternatives of a schema, however nested, the one whose constants are those of the value, given or by default. */
function alternativeOf(schema: SettingSchema, value: unknown): SettingSchema {
  const alternatives = (option: SettingSchema): SettingSchema[] =>
    option.oneOf?.flatMap(alternatives) ?? [option];
  const fits = ({ properties = {} }: SettingSchema) =>
    Object.entries(properties).every(
      ([name, setting]) =>
        setting.const === undefined || (memberOf(value, name) ?? setting.default) === setting.const,
    );
  return alternatives(schema).find(fits) ?? schema;
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
}
