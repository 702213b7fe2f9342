// The Markdown of the repository can be made into pages: its links lead to files that are there.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { brokenLinks, stagePages } from '../src/index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pages-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('every page has a title, and links to files that are there', async () => {
  const { documents } = stagePages(root, join(await emptyFolder(), 'pages'));
  expect(documents.length).toBeGreaterThan(30);
  for (const file of documents)
    expect(await readFile(file, 'utf8')).toMatch(/^---\ntitle: ".+"\ngroup: .+\n---\n/);
});

test('a link to a file that is not there is told', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'packages'));
  await writeFile(join(folder, 'README.md'), '# It\n\n[That](THAT.md) and [this](THIS.md)\n');
  await writeFile(join(folder, 'THIS.md'), '# This\n');
  expect(() => stagePages(folder, join(folder, 'stage'))).toThrow('README.md: there is no THAT.md');
});

test('so is a link of the site that leads nowhere', async () => {
  const site = await emptyFolder();
  await writeFile(
    join(site, 'a.html'),
    '<a href="b.html#here"></a> <a href="b.html#there"></a> <img src="c.png">',
  );
  await writeFile(
    join(site, 'b.html'),
    '<p id="here"></p> <a href="https://example.org/"></a> <a href="#here"></a>',
  );
  expect(brokenLinks(site)).toEqual(['a.html → b.html#there', 'a.html → c.png']);
});
