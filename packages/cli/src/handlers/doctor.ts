// The work of demod doctor: what works here, and what to do about the rest.
import { FACTORS, type Factor, UserError } from '@blind-demod/arrays';
import { loadGenerator } from '@blind-demod/dcgan/node';
import { type LoadedExperiment, loadExperiment } from '@blind-demod/experiment';
import { chooseDevice, chosenDevice } from '@blind-demod/jit';
import { describeDevices } from '@blind-demod/jit/node';
import { findDenoiser } from '../denoiser.js';
import { findEncoder, findPair, generatorFolder, howToMend } from '../generators.js';
import { describeMachine } from '../machine.js';
import type { ArtifactsArguments } from '../options.js';
import { printResult } from '../output.js';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

export async function run(args: ArtifactsArguments): Promise<void> {
  const device = await chosenDevice(args.device);
  const devices = describeDevices();
  const automatic = await chooseDevice();
  const works = devices.some(report => report.device === device && report.works);
  const findings: Finding[] = [
    { what: 'Node.js', ok: true, detail: `${process.versions.node}, ${process.platform} ${process.arch}` },
    { what: 'machine', ok: true, detail: describeMachine() },
    ...devices.map(report => ({
      what: `device ${report.device}`,
      ok: report.works,
      detail: `${report.detail}${report.device === device ? ' (in use)' : ''}`,
    })),
    { what: 'device auto', ok: true, detail: `${automatic.device}: ${automatic.reason}` },
    ...(await findExperiment(args)),
  ];
  printResult(args, { device, works, findings }, toLines(findings));
  if (!works)
    throw new UserError(`device "${device}" does not work here; choose one that does with --device`);
}

/** Finds something: whether it is there, and where, or why not. */
async function attempt(what: string, find: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, detail: await find() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { what, ok: false, detail: error.message };
  }
}

/** The config file, and the networks that it would use. */
async function findExperiment(args: ArtifactsArguments): Promise<Finding[]> {
  const { config, seed, out } = args;
  let loaded: LoadedExperiment | undefined;
  const configFound = await attempt('config', async () => {
    loaded = await loadExperiment(config, seed);
    return config;
  });
  const findings = [configFound];
  for (const factor of loaded ? FACTORS : []) {
    findings.push(await attempt(`${factor} generator`, () => soundGenerator(loaded!, factor, out)));
  }
  if (loaded && findings.every(({ ok }) => ok)) findings.push(...(await findCompanions(loaded, args)));
  return findings;
}

/** What goes with the generators: the encoder, where the search asks one, and the denoiser. */
async function findCompanions(loaded: LoadedExperiment, args: ArtifactsArguments): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (loaded.experiment.solver.starts !== undefined) {
    const encoder = async () => {
      await findEncoder(loaded, (await findPair(loaded, args)).generators, args);
      return 'that of these generators';
    };
    findings.push(await attempt('encoder', encoder));
  }
  const denoiser = async () => {
    const found = await findDenoiser(loaded, (await findPair(loaded, args)).generators, args);
    return found?.folder ?? 'none: signals are refined by a division (`demod train denoiser` makes one)';
  };
  return [...findings, await attempt('denoiser', denoiser)];
}

/** The folder or file of the generator that would be used; the weights of a trained one are read, and so checked. */
async function soundGenerator(loaded: LoadedExperiment, factor: Factor, out: string): Promise<string> {
  const folder = await generatorFolder(loaded, factor, out);
  if (!loaded.experiment[factor].generator) {
    await loadGenerator(folder, { remedy: howToMend(loaded, folder, { factor, out }) });
  }
  return folder;
}

function toLines(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings.map(({ what, ok, detail }) => `${ok ? 'ok' : '--'}  ${what.padEnd(width)}  ${detail}`);
}
