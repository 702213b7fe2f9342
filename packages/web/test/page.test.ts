// The page in a real browser, where there is one, served as a user serves it and as any static host would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, startChromium } from '@blind-demod/benchmark';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Watched, watch } from '../../../test/watch.js';
import { loadGenerators } from '../src/generators.js';
import type { Frame } from '../src/messages.js';
import { numbersOf } from '../src/numbers.js';
import { run } from '../src/run.js';
import { truthOf } from '../src/stage-images.js';
import { DEFAULT_STATE, fromFragment } from '../src/state.js';

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const PROGRAM = at('packages/blind-demod/bin/demod.js');
const DIST = at('packages/web/dist');
/** On a machine with other work the generators take their time. */
const LONG = 240_000;

const DESKTOP = { width: 1440, height: 800 };
const TABLET = { width: 768, height: 800 };
const PHONE = { width: 360, height: 740 };

if (chromium === undefined) console.info('No Chromium in the PATH: the page is not opened in a browser.');

describe.skipIf(chromium === undefined)('in Chromium, the page', () => {
  const server = { stop: async () => {}, address: '' };
  let browser: Browser;

  beforeAll(async () => {
    const child = spawn(process.execPath, [PROGRAM, 'web', '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    server.address = JSON.parse(`${line}`).address;
    server.stop = async () => {
      child.kill('SIGINT');
      await once(child, 'close');
    };
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server.stop();
  });

  /** Stops the run, or the film of one that was found meanwhile. */
  const halt = (page: Page) => page.getByRole('button', { name: /^(Stop|Pause)$/ }).click({ timeout: LONG });

  /** Opens the page; `stop` keeps it from solving by itself, for tests that need no solver. */
  async function open(
    fragment = '',
    { stop = true, ...options }: BrowserContextOptions & { stop?: boolean } = {},
  ): Promise<Page & { watched: Watched }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const watched = watch(page);
    await page.goto(`${server.address}${fragment}`);
    if (stop) {
      await halt(page);
      await page.getByText(/Stopped\.|Found in/).waitFor({ timeout: LONG });
    }
    return Object.assign(page, { watched });
  }

  const addressOf = async (page: Page) => {
    // It follows the state after a fifth of a second of the page's own clock, which is late where the machine is busy.
    await page.evaluate('new Promise(done => setTimeout(done, 300))');
    return new URL(page.url()).hash;
  };
  /** How bright the pictures of a canvas are, from 0 to 255. */
  const brightness = (page: Page, id: string) =>
    page.evaluate<number>(`{
      // A copy: Chromium would advise the page to read its own in another way.
      const shown = document.getElementById('${id}');
      const canvas = new OffscreenCanvas(shown.width, shown.height);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.drawImage(shown, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      data.filter((_, index) => index % 4 === 0).reduce((a, b) => a + b, 0) / (data.length / 4);
    }`);
  const drag = async (page: Page, id: string, places: readonly (readonly [number, number])[]) => {
    const box = (await page.locator(`#${id}`).boundingBox())!;
    const [first, ...rest] = places.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height] as const);
    await page.mouse.move(...first!);
    await page.mouse.down();
    for (const place of rest) await page.mouse.move(...place, { steps: 6 });
    await page.mouse.up();
  };

  /** What any page has to be, of whatever width, in the light and in the dark; with all of its parts shown. */
  async function expectFitting(page: Page, width: number): Promise<void> {
    await page.locator('#checked-over .now').waitFor({ timeout: LONG, state: 'attached' });
    await page.evaluate(
      `for (const id of ['result', 'picture-found']) document.getElementById(id).hidden = false`,
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
      [],
    );
    expect(await page.getByRole('main').count()).toBe(1);
  }

  test(
    'starts by itself, plays line by line, and finds what Node finds; then nothing more is asked for, even offline; on a desktop',
    async () => {
      const page = await open('', { viewport: DESKTOP, stop: false });
      // What needs no generator is there at once.
      expect(await brightness(page, 'draw')).toBeGreaterThan(10);
      expect(await brightness(page, 'product')).toBeGreaterThan(3);

      const lit = new Set<string>();
      const result = page.locator('#result');
      while (await result.isHidden()) {
        const names = await page.evaluate<string[]>(
          `[...document.querySelectorAll('#algorithm .lit')].map(line => line.dataset.line)`,
        );
        for (const name of names) lit.add(name);
        await page.waitForTimeout(100);
      }
      expect([...lit].sort()).toEqual(['distortion', 'divide', 'polish', 'signal', 'signs', 'start']);
      expect(await page.locator('#engine').textContent()).toContain('WebAssembly on ');

      const files = await Promise.all(
        ['signal/generator', 'distortion/generator', 'denoiser/denoiser'].map(file =>
          readFile(at(`models/default/${file}.safetensors`)),
        ),
      );
      const [signal, distortion, denoiser] = files.map(
        ({ buffer, byteOffset, length }) => buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer,
      );
      const generators = await loadGenerators({ signal: signal!, distortion: distortion!, denoiser }, 'cpu');
      const truth = truthOf(DEFAULT_STATE);
      const frames: Frame[] = [];
      const inNode = await run(
        generators,
        { observation: truth.observation, solver: 'quick', seed: DEFAULT_STATE.seed, slowly: true },
        { frame: frame => frames.push(frame), progress: () => {} },
      );
      // After three iterations the two agree to more digits than the page shows …
      const third = frames.findIndex(({ line, count }) => line === 'distortion' && count === 3);
      await page.locator('#scrub').fill(`${third}`);
      // (It is drawn with the screen's next picture.)
      const norms = frames[third]!.norms.map(norm => norm.toFixed(1)).join(' · ');
      await expect.poll(() => page.locator('#norms').textContent()).toBe(norms);
      // … and after fifty steps that carry on each other's rounding, in what was found.
      const objective = Number(await result.getAttribute('data-objective'));
      expect(Math.abs(Math.log(objective / inNode.objective))).toBeLessThan(0.15);
      const { observation } = numbersOf(inNode, truth);
      expect(await page.locator('#seen-psnr').textContent()).toBe(`${observation.toFixed(1)} dB`);
      expect(Number(await result.getAttribute('data-refined'))).toBeGreaterThan(observation + 10);

      await expectFitting(page, DESKTOP.width);

      const asked = page.watched.requests.length;
      await page.context().setOffline(true);
      await page.getByRole('button', { name: 'Play' }).click();
      await page.getByRole('button', { name: 'Another digit' }).click();
      await drag(page, 'unchecked-box', [
        [0.3, 0.7],
        [0.8, 0.3],
      ]);
      await page.getByRole('button', { name: /Take the drawing above/ }).click();
      await page.locator('#picture-status').getByText('Finding the light …').waitFor({ timeout: LONG });
      expect(page.watched.requests.slice(asked).filter(url => !url.startsWith('blob:'))).toEqual([]);
      expect(page.watched.complaints).toEqual([]);
      await page.context().close();
    },
    2 * LONG,
  );

  test(
    'fetches the paper’s generators for the paper’s solver, which balances, and can be stopped before they are there',
    async () => {
      const page = await open();
      const paper = () => page.watched.requests.filter(url => url.includes('models/paper/'));
      const line = page.locator('[data-line="balance"]');
      expect(await line.textContent()).toContain('not with codes of 100 and 2 numbers');
      expect(await line.locator('.resting').isVisible()).toBe(true);
      expect(paper()).toEqual([]);

      await page.locator('#solver').selectOption('paper');
      expect(await line.locator('.resting').isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Play' }).click();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('Stopped.').waitFor();
      await page.getByRole('button', { name: 'Play' }).click();
      await page.locator('[data-line="balance"].lit').waitFor({ timeout: LONG });
      expect(paper()).toHaveLength(2);
      const [h, m] = (await page.locator('#norms').textContent())!.split(' · ').map(Number);
      expect(h).toBe(m);
      expect(page.watched.complaints).toEqual([]);
      await page.context().close();
    },
    LONG,
  );

  test(
    'draws by mouse and by keys, moves the lamp, and comes back from its address, on a phone in the dark',
    async () => {
      const page = await open('#lamp=0.4,0.4,30,1');
      await page.getByRole('button', { name: 'Clear' }).click();
      expect(await brightness(page, 'draw')).toBe(0);
      expect(await page.getByRole('button', { name: 'Play' }).isDisabled()).toBe(true);
      await drag(page, 'draw-box', [
        [0.3, 0.2],
        [0.7, 0.25],
        [0.5, 0.8],
      ]);
      const drawn = await brightness(page, 'draw');
      expect(drawn).toBeGreaterThan(10);
      await page.locator('#draw-box').focus();
      for (const key of ['Space', 'ArrowLeft', 'ArrowLeft', 'Shift+ArrowDown', 'Space'])
        await page.keyboard.press(key);
      const withKeys = await brightness(page, 'draw');
      expect(withKeys).toBeGreaterThan(drawn);

      const lit = await brightness(page, 'lamp');
      await page.locator('#width').fill('50');
      expect(await brightness(page, 'lamp')).toBeGreaterThan(lit);
      await drag(page, 'product-box', [
        [0.5, 0.5],
        [0.75, 0.65],
      ]);
      const { lamp, ink } = fromFragment(await addressOf(page));
      expect(ink).toHaveLength(2);
      expect(lamp).toEqual({ x: 0.7, y: 0.7, width: 50, strength: 1 }); // on the rail
      await page.locator('#rail').uncheck();
      await drag(page, 'lamp-box', [
        [0.5, 0.5],
        [0.9, 0.2],
      ]);
      expect(fromFragment(await addressOf(page)).lamp).toMatchObject({ x: 0.9, y: 0.2 });
      await drag(page, 'checked-box', [
        [0.2, 0.2],
        [0.25, 0.75],
      ]);
      await page.locator('#signal-walk input').first().fill('2');

      // A run brings the drawing into the box of the training digits.
      await page.getByRole('button', { name: 'Play' }).click();
      await halt(page);

      const address = await addressOf(page);
      const seen = async (of: Page) => ({
        draw: await brightness(of, 'draw'),
        product: await brightness(of, 'product'),
        walk: await of.locator('#signal-walk input').first().inputValue(),
        start: await of.locator('#checked-over .begin').getAttribute('cx'),
      });
      const again = await open(address, { viewport: PHONE, colorScheme: 'dark' });
      expect(await seen(again)).toEqual(await seen(page));
      await expectFitting(again, PHONE.width);
      for (const one of [page, again]) {
        expect(one.watched.complaints).toEqual([]);
        await one.context().close();
      }
    },
    LONG,
  );

  test(
    'takes pictures, good, huge and broken, offline too, on a tablet in the dark',
    async () => {
      const page = await open('', { viewport: TABLET, colorScheme: 'dark' });
      const asked = page.watched.requests.length;
      await page.context().setOffline(true);
      const status = page.locator('#picture-status');
      const give = (name: string, buffer: Buffer, mimeType = 'image/png') =>
        page.locator('#file').setInputFiles({ name, mimeType, buffer });
      await give('broken.png', Buffer.from('no picture at all'));
      await status.getByText('broken.png is no picture that this browser can read.').waitFor();

      const black = (width: number, height: number) =>
        sharp({ create: { width, height, channels: 3, background: 'black' }, limitInputPixels: false })
          .png()
          .toBuffer();
      await give('black.png', await black(50, 40));
      await status.getByText('black.png is black all over.').waitFor({ timeout: LONG });
      await give('huge.png', await black(12_000, 10_000));
      await status.getByText('huge.png has 120 megapixels; at most 100 are read.').waitFor({ timeout: LONG });
      const cut = (await black(2000, 1500)).subarray(0, 3000);
      await give('cut.png', cut);
      await status.getByText(/cut\.png is (damaged|no picture|black all over)/).waitFor({ timeout: LONG });

      const [width, height] = [700, 500];
      const stroke = Buffer.from(
        `<svg width="${width}" height="${height}"><rect width="100%" height="100%"/><radialGradient id="g"><stop stop-color="#fff"/><stop offset="1" stop-color="#333"/></radialGradient><path d="M270 130h160l-90 250" fill="none" stroke="url(#g)" stroke-width="34"/></svg>`,
      );
      await give('seven.jpg', await sharp(stroke).jpeg().toBuffer(), 'image/jpeg');
      const link = page.locator('#download');
      await link.waitFor({ timeout: LONG });
      expect(await status.textContent()).toContain('700 × 500 pixels');
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      expect(download.suggestedFilename()).toBe('seven-without-its-light.png');
      const result = await sharp(await download.path()).metadata();
      expect([result.width, result.height]).toEqual([width, height]);
      expect(page.watched.requests.slice(asked).filter(url => !url.startsWith('blob:'))).toEqual([]);
      // A broken picture is a failed request of the browser's for its own blob.
      expect(page.watched.complaints.filter(text => !text.includes('blob:'))).toEqual([]);
      await expectFitting(page, TABLET.width);
      await page.context().close();
    },
    LONG,
  );

  test(
    'works from any static host, under any path, on one thread where it is not isolated, and for a finger',
    async () => {
      const context = await browser.newContext({
        viewport: PHONE,
        hasTouch: true,
        isMobile: true,
        reducedMotion: 'reduce',
      });
      const types: Record<string, string> = {
        '.html': 'text/html',
        '.js': 'text/javascript',
        '.css': 'text/css',
        '.wasm': 'application/wasm',
      };
      await context.route('https://pages.example/**', async route => {
        const path = new URL(route.request().url()).pathname.replace('/some/where/', '/');
        const file = `${DIST}${path.endsWith('/') ? `${path}index.html` : path}`;
        await route.fulfill({
          body: await readFile(file),
          contentType: types[extname(file)] ?? 'application/octet-stream',
        });
      });
      const page = await context.newPage();
      const { complaints, requests } = watch(page);
      await page.goto('https://pages.example/some/where/');
      await page.locator('html[data-ready]').waitFor({ timeout: LONG });
      expect(await page.locator('#engine').textContent()).toContain('WebAssembly on 1 thread:');
      expect(
        requests.filter(url => !/^(https:\/\/pages\.example\/some\/where\/|blob:|data:)/.test(url)),
      ).toEqual([]);
      await page.getByRole('button', { name: 'Clear' }).tap();
      await page.locator('#draw-box').tap({ position: { x: 60, y: 60 } });
      expect(await brightness(page, 'draw')).toBeGreaterThan(0.5);
      expect(complaints).toEqual([]);
      await expectFitting(page, PHONE.width);
      await context.close();
    },
    LONG,
  );
});
