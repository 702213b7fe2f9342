// demod theory: what the paper proves, seen.
import { join } from 'node:path';
import { loadStudy, runStudy, STUDIES } from '@blind-demod/theory';
import type { CommandModule } from 'yargs';
import { UsageError } from '../exit.js';
import { type ArtifactsArguments, artifactsOption, type CommonArguments } from '../options.js';
import { printResult } from '../output.js';

type Arguments = Omit<ArtifactsArguments, 'config'> & {
  experiment: string | undefined;
  config: string | undefined;
  large: boolean;
};

export const theoryCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'theory [experiment]',
  describe: 'Run an experiment on the theory, or "all"; lists them when none is named',
  builder: yargs =>
    yargs
      .options(artifactsOption)
      .positional('experiment', {
        choices: [...STUDIES.map(({ name }) => name), 'all'],
        describe: 'Its name, or "all"',
      })
      // Not $DEMOD_CONFIG: that names an experiment of the other kind.
      .option('config', {
        type: 'string',
        requiresArg: true,
        default: undefined,
        defaultDescription: 'configs/theory/EXPERIMENT.json',
        describe: 'Its settings, a JSON file',
      })
      .option('large', {
        type: 'boolean',
        default: false,
        describe: 'The larger version: minutes to an hour instead of seconds',
      }) as never,
  handler: async ({ experiment, config, large, out, device, json }) => {
    if (experiment === undefined) {
      const listing = STUDIES.map(({ name, title }) => ({ name, title }));
      const width = Math.max(...listing.map(({ name }) => name.length));
      printResult({ json }, { experiments: listing }, [
        ...listing.map(({ name, title }) => `${name.padEnd(width)}  ${title}`),
        'Run one with demod theory NAME, or all of them with demod theory all.',
      ]);
      return;
    }
    if (experiment === 'all' && config !== undefined) {
      throw new UsageError('--config gives the settings of one experiment, not of all; name the one');
    }
    // Every config is read before the first experiment runs, so that a mistake in one shows now.
    const names = experiment === 'all' ? STUDIES.map(({ name }) => name) : [experiment];
    const loaded = await Promise.all(names.map(name => loadStudy(name, { file: config, large })));
    const runs: object[] = [];
    for (const study of loaded) {
      const { name, title } = study.study;
      const { findings, result, files, seconds } = await runStudy(study, {
        folder: join(out, 'theory', name),
        device,
      });
      runs.push({ experiment: name, findings, result, files });
      if (json) continue;
      printResult({ json }, {}, [
        `${title} (${name}, ${seconds.toFixed(1)} s)`,
        ...findings.map(finding => `  ${finding}`),
        ...files,
      ]);
    }
    if (json) printResult({ json }, experiment === 'all' ? { experiments: runs } : runs[0]!, []);
  },
};
