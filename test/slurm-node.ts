// A Slurm of this one machine, for tests: its daemons run as the user who tests, with all of their files in one folder.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** How long the node may take until it takes tasks, in seconds. */
const PATIENCE = 60;
/** Daemons are in folders that are not everybody's. */
const PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);

/** Slurm's programs that are missing here; Debian's slurm-wlm and munge have them all. */
export function missingPrograms(): string[] {
  const folders = PATH.split(delimiter);
  const programs = ['slurmctld', 'slurmd', 'munged', 'sbatch', 'squeue', 'scontrol'];
  return programs.filter(program => !folders.some(folder => existsSync(join(folder, program))));
}

export class SlurmNode {
  private readonly daemons: ChildProcess[] = [];
  private constructor(private readonly folder: string) {}

  /** Variables by which Slurm's commands find this node. */
  get env(): { SLURM_CONF: string } {
    return { SLURM_CONF: join(this.folder, 'slurm.conf') };
  }

  static async start(): Promise<SlurmNode> {
    const node = new SlurmNode(await mkdtemp(join(tmpdir(), 'slurm-')));
    try {
      await node.startMunge();
      await node.startSlurm();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  /** Runs one of Slurm's commands. Returns what it printed. */
  async command(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(program, args, { env: { ...process.env, PATH, ...this.env } });
    return stdout;
  }

  async stop(): Promise<void> {
    for (const daemon of this.daemons.reverse()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const ended = new Promise(resolve => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await Promise.race([ended, sleep(10_000).then(() => daemon.kill('SIGKILL'))]);
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What Slurm's messages to itself are signed by. */
  private async startMunge(): Promise<void> {
    const path = (name: string) => join(this.folder, name);
    await writeFile(path('munge.key'), randomBytes(1024), { mode: 0o600 });
    const options = {
      key: 'key-file',
      log: 'log-file',
      pid: 'pid-file',
      seed: 'seed-file',
      socket: 'socket',
    };
    const args = Object.entries(options).map(([name, option]) => `--${option}=${path(`munge.${name}`)}`);
    // It thinks that root should not run it.
    this.startDaemon('munged', ['--foreground', '--force', ...args]);
    await waitUntil(() => existsSync(path('munge.socket')), 'munged does not start', this.folder);
  }

  private async startSlurm(): Promise<void> {
    const [host, user] = [hostname().split('.')[0]!, userInfo().username];
    const [controller, node] = [await freePort(), await freePort()];
    for (const name of ['state', 'spool']) await mkdir(join(this.folder, name));
    const settings = {
      ClusterName: 'test',
      SlurmctldHost: `${host}(127.0.0.1)`,
      SlurmctldPort: controller,
      SlurmdPort: node,
      SlurmUser: user,
      SlurmdUser: user,
      AuthType: 'auth/munge',
      AuthInfo: `socket=${join(this.folder, 'munge.socket')}`,
      StateSaveLocation: join(this.folder, 'state'),
      SlurmdSpoolDir: join(this.folder, 'spool'),
      SlurmctldPidFile: join(this.folder, 'slurmctld.pid'),
      SlurmdPidFile: join(this.folder, 'slurmd.pid'),
      ProctrackType: 'proctrack/pgid',
      TaskPlugin: 'task/none',
      SelectType: 'select/cons_tres',
      SelectTypeParameters: 'CR_CPU',
      // Small, so that a sweep of a few configs is more than one array.
      MaxArraySize: 3,
      ReturnToService: 2,
      NodeName: `${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} RealMemory=4000 State=UNKNOWN`,
      PartitionName: `tests Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    };
    const text = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(this.env.SLURM_CONF, text.join(''));
    this.startDaemon('slurmctld', ['-D', '-f', this.env.SLURM_CONF]);
    this.startDaemon('slurmd', ['-D', '-f', this.env.SLURM_CONF]);
    const isIdle = () =>
      this.command('sinfo', '--noheader', '--format=%T').then(
        state => /idle|mixed/.test(state),
        () => false,
      );
    await waitUntil(isIdle, 'the node does not become idle', this.folder);
  }

  private startDaemon(program: string, args: string[]): void {
    const log = join(this.folder, `${program}.out`);
    const daemon = spawn('/bin/sh', ['-c', 'exec "$0" "$@" >"$LOG" 2>&1', program, ...args], {
      stdio: 'ignore',
      env: { ...process.env, PATH, LOG: log },
    });
    this.daemons.push(daemon);
  }
}

async function waitUntil(
  isThere: () => boolean | Promise<boolean>,
  otherwise: string,
  folder: string,
): Promise<void> {
  for (let seconds = 0; seconds < PATIENCE; seconds += 0.2) {
    if (await isThere()) return;
    await sleep(200);
  }
  const logs = await Promise.all(
    ['munged', 'slurmctld', 'slurmd'].map(name =>
      readFile(join(folder, `${name}.out`), 'utf8').catch(() => ''),
    ),
  );
  throw new Error(`${otherwise}:\n${logs.join('\n')}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
