// A headless Chromium, spoken to over a pipe in its DevTools protocol.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** The name of a Chromium in the PATH; undefined when there is none. */
export const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { message: string };
}

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'light' | 'dark';
}

/** One tab. */
export class Browser {
  private session: string | undefined;
  private sent = 0;
  private readonly waiting = new Map<number, (message: Message) => void>();
  /** Everything that the browser told of its own accord. */
  private readonly events: Message[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly profile: string,
  ) {
    child.once('close', () => {
      for (const answer of this.waiting.values()) answer({ error: { message: 'the browser has ended' } });
    });
    let text = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', chunk => {
      const messages = (text + chunk).split('\0');
      text = messages.pop()!;
      for (const message of messages) this.receive(JSON.parse(message));
    });
  }

  static async start(program: string): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
    const child = spawn(program, [...options, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const browser = new Browser(child, profile);
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    browser.session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await browser.send(`${domain}.enable`);
    return browser;
  }

  async stop(): Promise<void> {
    const closed = new Promise(resolve => this.child.once('close', resolve));
    this.session = undefined;
    await this.send('Browser.close').catch(() => {}); // it may be gone before it answers
    await closed;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Opens a page and waits until all of it is there. Returns the addresses that it asked for, and its complaints. */
  async open(url: string, { width, height, scheme = 'light' }: View) {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
    await this.send('Emulation.setDeviceMetricsOverride', metrics);
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
    this.events.length = 0;
    await this.send('Page.navigate', { url });
    while (!this.events.some(({ method }) => method === 'Page.loadEventFired')) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    const of = (method: string) =>
      this.events.filter(event => event.method === method).map(event => event.params!);
    return {
      requests: of('Network.requestWillBeSent').map(({ request }) => (request as { url: string }).url),
      complaints: ['Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown'].flatMap(of),
    };
  }

  /** The value of a JavaScript expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result } = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value: T }).value;
  }

  /** A PNG of the whole page. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(data as string, 'base64');
  }

  private send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.sent;
    const message = { id, method, params, ...(this.session && { sessionId: this.session }) };
    (this.child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result!);
      });
    });
  }

  private receive(message: Message): void {
    if (message.id === undefined) this.events.push(message);
    else this.waiting.get(message.id)?.(message);
  }
}
