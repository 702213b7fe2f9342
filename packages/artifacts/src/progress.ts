// Progress of long work, on stderr: a bar on a terminal, a line now and then elsewhere.
import cliProgress from 'cli-progress';

/** Milliseconds between lines where there is no terminal. */
const LINE_INTERVAL = 10_000;

export interface Progress {
  /** Tells how much is done, in the units of `total`, and anything worth a look, such as a loss. */
  update(done: number, note?: string): void;
  /** A line of its own, above the bar. */
  log(line: string): void;
  /** Leaves the last state on screen. Call it in a `finally`: until then a bar keeps the process alive. */
  stop(): void;
}

/**
 * Shows how far a piece of work is. `initial` is how much was done before, by a run that is now resumed: it
 * does not count for the estimate of the time left.
 */
export function startProgress(work: { title: string; total: number; initial?: number }): Progress {
  return process.stderr.isTTY ? bar(work) : lines(work);
}

function bar({ title, total, initial = 0 }: Parameters<typeof startProgress>[0]): Progress {
  const timeLeft = estimator(total, initial);
  // A MultiBar of one, because only that can log.
  const display = new cliProgress.MultiBar({
    stream: process.stderr,
    format: `${title} {bar} {value}/{total} {left} {note}`,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // The cursor stays visible and signals are left alone, so a killed program leaves the terminal as it was.
    gracefulExit: false,
    hideCursor: false,
    linewrap: true, // trims to the width of the terminal, whose own settings it leaves alone
  });
  const single = display.create(total, initial, { left: '', note: '' });
  return {
    update: (done, note = '') => single.update(done, { left: timeLeft(done), note }),
    log: line => {
      display.log(`${line}\n`);
      display.update(); // now, not when the bar is next drawn: that may be after other output
    },
    stop: () => display.stop(),
  };
}

function lines({ title, total, initial = 0 }: Parameters<typeof startProgress>[0]): Progress {
  const timeLeft = estimator(total, initial);
  let written = Number.NEGATIVE_INFINITY;
  let pending: string | undefined;
  const flush = () => {
    if (pending !== undefined) process.stderr.write(`${pending}\n`);
    pending = undefined;
    written = Date.now();
  };
  const update = (done: number, note = '') => {
    pending = `${title}: ${[`${done}/${total}`, timeLeft(done), note].filter(part => part !== '').join(', ')}`;
    if (Date.now() - written >= LINE_INTERVAL) flush();
  };
  update(initial);
  return { update, log: line => process.stderr.write(`${line}\n`), stop: flush };
}

/** 'm:ss left', at the pace since the start; '' before there is one. */
function estimator(total: number, initial: number): (done: number) => string {
  const start = Date.now();
  return done => {
    if (done <= initial || done >= total) return '';
    return `${durationText((((Date.now() - start) / (done - initial)) * (total - done)) / 1000)} left`;
  };
}

/** 1:05 of 65 seconds, 1:01:05 of an hour more. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}
