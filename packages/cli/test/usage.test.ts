// A wrong command line, and what is said of it: what was wrong, and what there is instead.
import { expect, test } from 'vitest';
import { parser } from '../src/parser.js';
import { plainArguments } from '../src/usage.js';

test.each([
  [[], 'a command is missing'],
  [['tarin'], 'there is no command "tarin" (did you mean train?)'],
  [['abacus'], /^there is no command "abacus"; there are data, train, /],
  [['train', '--devcie', 'cpu'], 'there is no option --devcie (did you mean --device?)'],
  [['--conifg', 'x.json', 'train'], 'there is no option --conifg (did you mean --config?)'],
  [['train', 'noise'], /^factor expects one of signal, distortion, encoder, denoiser, both, got "noise"/],
  [['train', '--device', 'gpu'], /^--device expects one of auto, cpu, js, webgpu, cuda, got "gpu"/],
  [['theory', 'landscpae'], /^study expects one of .*, got "landscpae" \(did you mean landscape\?\)$/],
  [['data', '--config'], '--config needs a value; one that begins with a dash is given as --config=VALUE'],
  [['recover'], 'demod recover needs one argument more'],
  [
    ['recover', '-photo.png'],
    'demod recover needs one argument more; a file whose name begins with a dash is given as ./-photo.png',
  ],
  [['doctor', 'one.png'], '"one.png" is one argument more than demod doctor takes'],
  [
    ['recover', 'one.png', 'two.png'],
    'several pictures are recovered together: say that they share a distortion, --shared',
  ],
  [['recover', ''], 'a name is given as an empty text; is a variable of the shell not set?'],
  [['data', '--out', ''], '--out is given as an empty text; is a variable of the shell not set?'],
  [['data', '--out='], '--out is given as an empty text; is a variable of the shell not set?'],
  [['train', 'signal', 'distortion'], '"distortion" is one argument more than demod train takes'],
])('demod %j', async (args, expected) => {
  const parse = async () => (await parser(args)).parseAsync();
  const { name, message } = await parse().catch(error => error);
  expect(name).toBe('UsageError');
  if (typeof expected === 'string') expect(message).toBe(expected);
  else expect(message).toMatch(expected);
});

test('after -- there are no options, and - is standard input', () => {
  expect(plainArguments(['recover', '--', '-photo.png'])).toEqual(['recover', './-photo.png']);
  expect(plainArguments(['recover', '--out', 'x', '--', 'photo.png'])).toEqual([
    'recover',
    '--out',
    'x',
    'photo.png',
  ]);
  expect(plainArguments(['data', '--config', '-'])).toEqual(['data', '--config', '/dev/stdin']);
});
