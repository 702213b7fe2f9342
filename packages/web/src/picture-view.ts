// The visitor's own picture: dropped, chosen or photographed, its light divided out, and the result to download.
import { type Client, StoppedError } from './client.js';
import { element } from './dom.js';
import { inkImage } from './ink.js';
import { lampImage } from './lamp.js';
import { paint } from './pixels.js';
import type { State } from './state.js';

/** A picture of more pixels, or a file of more bytes, is not tried. */
const MOST_PIXELS = 100e6;
const MOST_BYTES = 200e6;
/** Side of the picture that is made of the drawing. */
const EXAMPLE_SIDE = 1024;

/** What is wrong with a file, in words for the visitor. */
class PictureError extends Error {}

export class PictureView {
  private readonly drop = element('drop', HTMLElement);
  private readonly input = element('file', HTMLInputElement);
  private readonly status = element('picture-status', HTMLElement);
  private readonly found = element('picture-found', HTMLElement);
  private readonly before = element('picture-before', HTMLImageElement);
  private readonly after = element('picture-after', HTMLImageElement);
  private readonly light = element('picture-light', HTMLCanvasElement);
  private readonly download = element('download', HTMLAnchorElement);
  private readonly urls: string[] = [];

  constructor(
    private readonly client: Client,
    /** Stops what else is being solved, and resolves when the solver can run; says what it waits for. */
    private readonly prepare: (tell: (text: string) => void) => Promise<void>,
    private readonly current: () => State,
  ) {
    this.input.addEventListener('change', () => {
      const [file] = this.input.files ?? [];
      if (file) void this.take(file);
      this.input.value = '';
    });
    for (const event of ['dragenter', 'dragover', 'dragleave', 'drop'] as const) {
      document.addEventListener(event, given => {
        given.preventDefault();
        this.drop.classList.toggle('over', event === 'dragenter' || event === 'dragover');
        const [file] = given.dataTransfer?.files ?? [];
        if (event === 'drop' && file) void this.take(file);
      });
    }
    document.addEventListener('paste', ({ clipboardData }) => {
      const [file] = clipboardData?.files ?? [];
      if (file) void this.take(file);
    });
    element('use-drawing', HTMLButtonElement).addEventListener('click', async () => {
      const { ink, lamp } = this.current();
      const light = lampImage(lamp, EXAMPLE_SIDE);
      const canvas = document.createElement('canvas');
      paint(
        canvas,
        inkImage(ink, EXAMPLE_SIDE).map((value, pixel) => value * light[pixel]!),
      );
      canvas.toBlob(blob => blob && void this.take(new File([blob], 'drawing.png', { type: 'image/png' })));
    });
  }

  /** Takes the light out of a picture file. */
  async take(file: File): Promise<void> {
    this.found.hidden = true;
    this.drop.scrollIntoView({ block: 'nearest' });
    try {
      this.tell('Reading the picture …');
      const size = await sizeOf(file);
      await this.prepare(text => this.tell(text));
      const { width, height, square } = await this.client.ask('read', { file, ...size }).catch(() => {
        throw new PictureError(`${file.name} is damaged, or too large for this browser.`);
      });
      // The generators know pictures whose brightest place is white.
      const brightest = square.reduce((a, b) => Math.max(a, b));
      if (brightest === 0) throw new PictureError(`${file.name} is black all over.`);
      const { solver, seed } = this.current();
      this.tell('Finding the light …');
      const result = await this.client.ask(
        'solve',
        { observation: square.map(value => value / brightest), solver, seed, slowly: false },
        {
          progress: ({ share, left }) =>
            this.tell(
              `Finding the light … ${Math.round(100 * share)} %${left === undefined ? '' : `, ${Math.ceil(left)} s left`}`,
            ),
        },
      );
      this.tell('Dividing the picture by it …');
      const blob = await this.client.ask('divide', {
        result: { ...result, signal: result.signal.map(value => value * brightest) },
        solver,
      });
      for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
      const [before, after] = [URL.createObjectURL(file), URL.createObjectURL(blob)];
      this.urls.push(before, after);
      this.before.src = before;
      this.after.src = after;
      paint(this.light, result.light, 'lit');
      this.download.href = after;
      this.download.download = `${file.name.replace(/\.[^.]*$/, '')}-without-its-light.png`;
      this.found.hidden = false;
      const reduced = width < size.width ? `, made smaller from ${size.width} × ${size.height}` : '';
      this.tell(`${width} × ${height} pixels${reduced}, in ${result.seconds.toFixed(0)} s.`);
    } catch (error) {
      if (error instanceof StoppedError) this.tell('Stopped.');
      else if (error instanceof Error) this.tell(error.message, true);
    }
  }

  private tell(text: string, isError = false): void {
    this.status.textContent = text;
    this.status.classList.toggle('error', isError);
  }
}

/** Width and height as the browser reads them, before it decodes the rest. @throws PictureError */
async function sizeOf(file: File): Promise<{ width: number; height: number }> {
  const megabytes = Math.round(file.size / 1e6);
  if (file.size > MOST_BYTES) {
    throw new PictureError(`${file.name} has ${megabytes} MB; at most ${MOST_BYTES / 1e6} are read.`);
  }
  const url = URL.createObjectURL(file);
  const image = new Image();
  const loaded = new Promise((resolve, reject) => {
    image.onload = resolve;
    image.onerror = reject;
  });
  image.src = url;
  try {
    await loaded;
  } catch {
    throw new PictureError(`${file.name} is no picture that this browser can read.`);
  } finally {
    URL.revokeObjectURL(url);
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  const pixels = width * height;
  if (pixels > MOST_PIXELS) {
    throw new PictureError(
      `${file.name} has ${Math.round(pixels / 1e6)} megapixels; at most ${MOST_PIXELS / 1e6} are read.`,
    );
  }
  return { width, height };
}
