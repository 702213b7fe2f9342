// demod theory: what the paper proves, seen.
import { join } from 'node:path';
import { alone } from '@blind-demod/artifacts';
import { findStudy, loadStudy, runStudy, STUDIES, studyJsonSchema } from '@blind-demod/theory';
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import { type ArtifactsArguments, artifactsOption } from '../options.js';
import { printResult } from '../output.js';

type Arguments = Omit<ArtifactsArguments, 'config'> & {
  study: string | undefined;
  config: string | undefined;
  large: boolean;
  schema: boolean;
};

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs
      .options(artifactsOption)
      .positional('study', {
        choices: [...STUDIES.map(({ name }) => name), 'all'],
        describe: 'Its name, or "all"',
      })
      // Not $DEMOD_CONFIG: that names an experiment.
      .option('config', {
        type: 'string',
        requiresArg: true,
        default: undefined,
        defaultDescription: "the study's own defaults",
        describe: 'Its settings, a JSON file; what it does not name has its default',
      })
      .option('large', {
        type: 'boolean',
        default: false,
        describe: 'The larger version: minutes to an hour instead of seconds',
      })
      .option('schema', {
        type: 'boolean',
        default: false,
        describe: 'Print every setting of the study with its default, as a JSON Schema, and run nothing',
      }) as never,
  handler: async ({ study, config, large, schema, out, device, json }) => {
    if (schema) {
      if (study === undefined || study === 'all') {
        throw new UsageError('--schema prints the settings of one study; name the one');
      }
      process.stdout.write(`${JSON.stringify(studyJsonSchema(findStudy(study)), undefined, 2)}\n`);
      return;
    }
    if (study === undefined) {
      const listing = STUDIES.map(({ name, title }) => ({ name, title }));
      const width = Math.max(...listing.map(({ name }) => name.length));
      printResult({ json }, { studies: listing }, [
        ...listing.map(({ name, title }) => `${name.padEnd(width)}  ${title}`),
        'Run one with demod theory NAME, or all of them with demod theory all.',
      ]);
      return;
    }
    if (study === 'all' && config !== undefined) {
      throw new UsageError('--config gives the settings of one study, not of all; name the one');
    }
    const names = study === 'all' ? STUDIES.map(({ name }) => name) : [study];
    const loaded = await Promise.all(names.map(name => loadStudy(name, { file: config, large })));
    const runs: object[] = [];
    for (const one of loaded) {
      const { name, title } = one.study;
      const folder = join(out, 'theory', name);
      const run = () => runStudy(one, { folder, device });
      const { findings, result, files, seconds } = await alone(folder, `the study "${name}"`, run);
      runs.push({ study: name, findings, result, files });
      if (json) continue;
      printResult({ json }, {}, [
        `${title} (${name}, ${seconds.toFixed(1)} s)`,
        ...findings.map(finding => `  ${finding}`),
        ...files,
      ]);
    }
    if (json) printResult({ json }, study === 'all' ? { studies: runs } : runs[0]!, []);
  },
};
