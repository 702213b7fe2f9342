// Limits under which nothing works are told before they are met.
import { expect, test } from 'vitest';
import { tooLittle } from '../src/limits.js';

/** As Linux writes /proc/self/limits. */
const limits = (files: string, processes: string, memory: string) => `\
Limit                     Soft Limit           Hard Limit           Units     
Max processes             ${processes.padEnd(20)} 96365                processes 
Max open files            ${files.padEnd(20)} 20000                files     
Max address space         ${memory.padEnd(20)} unlimited            bytes     
`;

test.each([
  ['1024', '96365', 'unlimited', undefined],
  ['255', '96365', 'unlimited', /^it may open 255 files, .*`ulimit -n 1024`/],
  ['1024', '15', 'unlimited', /^its user may have 15 threads and processes, .*`ulimit -u 1024`/],
  ['1024', 'unlimited', '4096000000', /^it may address 3\.8 GiB of memory, .*`ulimit -v unlimited`/],
])('%s files, %s processes, %s bytes', (files, processes, memory, told) => {
  const text = limits(files, processes, memory);
  if (told) expect(tooLittle(text, false)).toMatch(told);
  else expect(tooLittle(text, false)).toBe(told);
});

test('no limit of processes holds for root, and where limits are not known there are none', () => {
  expect(tooLittle(limits('1024', '15', 'unlimited'), true)).toBeUndefined();
  expect(tooLittle('', false)).toBeUndefined();
});
