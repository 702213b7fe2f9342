import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startProgress } from '../src/index.js';

const isTTY = process.stderr.isTTY;
let written: string;
beforeEach(() => {
  written = '';
  vi.useFakeTimers({ now: 0 });
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    written += text;
    return true;
  });
});
afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('startProgress without a terminal', () => {
  beforeEach(() => {
    process.stderr.isTTY = false;
  });

  test('writes the first line, one every ten seconds, and the last, with the time left', () => {
    const progress = startProgress({ title: 'train', total: 100 });
    for (let step = 1; step <= 100; step++) {
      vi.advanceTimersByTime(250);
      progress.update(step, `loss ${step}`);
    }
    progress.stop();
    expect(written).toBe(
      'train: 0/100\ntrain: 40/100, 0:15 left, loss 40\ntrain: 80/100, 0:05 left, loss 80\ntrain: 100/100, loss 100\n',
    );
  });

  test('does not count what was done before for the time left', () => {
    const progress = startProgress({ title: 'train', total: 100, initial: 90 });
    vi.advanceTimersByTime(3_600_000);
    progress.update(91);
    progress.log('a line');
    progress.stop();
    expect(written).toBe('train: 90/100\ntrain: 91/100, 9:00:00 left\na line\n');
  });
});

describe('startProgress on a terminal', () => {
  test('draws a bar, logs above it, and leaves cursor and wrapping alone', () => {
    process.stderr.isTTY = true;
    const progress = startProgress({ title: 'solve', total: 10 });
    vi.advanceTimersByTime(1000);
    progress.update(5, 'residual 0.1');
    progress.log('a line');
    progress.stop();
    expect(written).toContain('solve');
    expect(written).toContain('5/10 0:01 left residual 0.1');
    expect(written).toContain('a line\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told by control characters
    expect(written).not.toMatch(/\x1b(\[\?(25l|7l)|[78])/);
    expect(vi.getTimerCount()).toBe(0);
  });
});
