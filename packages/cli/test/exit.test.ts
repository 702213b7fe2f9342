import { UserError } from '@blind-demod/arrays';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportError, UsageError } from '../src/exit.js';
import { countOrAll } from '../src/options.js';
import { parser } from '../src/parser.js';

let written: string;

beforeEach(() => {
  written = '';
  vi.stubEnv('DEBUG', '');
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each([
  [new UserError('x is wrong; mend it'), 1, 'error: x is wrong; mend it\n'],
  [new UsageError('x is unknown'), 2, 'error: x is unknown; see demod --help\n'],
  [
    new TypeError('expected a,\n  got b'),
    70,
    'error: expected a, got b; this looks like a mistake in demod, DEBUG=1 shows where\n',
  ],
  ['thrown text', 70, 'error: thrown text; this looks like a mistake in demod, DEBUG=1 shows where\n'],
])('%s: one line and exit code %i', (error, code, line) => {
  expect(reportError(error)).toBe(code);
  expect(written).toBe(line);
});

const NO_THREADS =
  'the system allows no more threads or processes (see `ulimit -u`), or has no memory for them';

test.each([
  ['work', '/onnxruntime_src/env.cc:251 PosixThread pthread_create failed, error code: 11 error msg:', {}],
  ['work', 'glib: Error creating thread: Resource temporarily unavailable', {}],
  [
    'spawn /bin/node',
    'spawn /bin/node EAGAIN',
    { code: 'EAGAIN', syscall: 'spawn /bin/node', path: '/bin/node' },
  ],
])('a limit of threads: cannot %s', (what, message, system) => {
  expect(reportError(Object.assign(new Error(message), system))).toBe(1);
  expect(written).toBe(`error: cannot ${what}: ${NO_THREADS}\n`);
});

test.each([
  'Array buffer allocation failed',
  'std::bad_alloc',
  'WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance',
  'libonnxruntime.so.1: failed to map segment from shared object',
])('no memory: %s', message => {
  expect(reportError(new Error(message))).toBe(1);
  expect(written).toBe(`error: not enough memory (${message}); use smaller networks, images or batches\n`);
});

test('a working folder that is gone', () => {
  const error = Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), {
    code: 'ENOENT',
    syscall: 'uv_cwd',
  });
  expect(reportError(error)).toBe(1);
  expect(written).toBe('error: the folder that demod was started in is gone; start it in another\n');
});

test('with DEBUG set, the stack follows', () => {
  vi.stubEnv('DEBUG', '1');
  reportError(new TypeError('wrong'));
  expect(written).toMatch(/^error: wrong; this looks like a mistake in demod\nTypeError: wrong\n +at /);
});

test('counts are whole numbers of at least 1, or "all"', () => {
  const parse = countOrAll('images');
  expect(parse('12')).toBe(12);
  expect(parse('all')).toBe('all');
  for (const given of ['0', '-1', '1.5', '1e3', 'some', '', ' 2']) {
    expect(() => parse(given)).toThrow(UsageError);
  }
});

test.each([
  [[]],
  [['nothing']],
  [['train', 'signal', 'distortion']],
  [['data', '--unknown']],
  [['data', '--config']],
  [['eval', '--images', 'few']],
])('a wrong command line (%j) is a usage error', async args => {
  const parse = async () => (await parser(args)).parseAsync();
  const error = await parse().catch(error => error);
  expect(reportError(error)).toBe(2);
});
