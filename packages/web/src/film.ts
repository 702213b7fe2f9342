// The film of a run: frames come as fast as they are computed, and are shown as fast as they can be followed.
import { wantsStillness } from './dom.js';
import type { Frame, Line } from './messages.js';

/** Milliseconds that a frame stays, and of these how long the images take to change into it. */
const PACE: Record<Line, { stays: number; changes: number }> = {
  start: { stays: 1100, changes: 0 },
  signs: { stays: 900, changes: 350 },
  signal: { stays: 900, changes: 600 },
  distortion: { stays: 900, changes: 600 },
  balance: { stays: 900, changes: 350 },
  iteration: { stays: 300, changes: 300 },
  polish: { stays: 300, changes: 300 },
  divide: { stays: 0, changes: 500 },
};
/** Once all frames are there the rest is shown within about so many milliseconds. */
const REST = 6000;

export interface Shown {
  readonly frame: Frame;
  readonly before: Frame;
  /** How far the images have changed from the frame before to this one, from 0 to 1. */
  readonly t: number;
  readonly index: number;
  readonly count: number;
  readonly playing: boolean;
}

/** A film that is shown by `show`, while it comes in and again. */
export class Film {
  private frames: Frame[] = [];
  private index = -1;
  private since = 0;
  private playing = false;
  private complete = false;
  private drawing = 0;

  constructor(private readonly show: (shown: Shown) => void) {}

  get isPlaying(): boolean {
    return this.playing;
  }

  /** Whether the last frame that there will be is shown. */
  get isOver(): boolean {
    return this.complete && this.index === this.frames.length - 1;
  }

  clear(): void {
    this.frames = [];
    this.index = -1;
    this.playing = true;
    this.complete = false;
  }

  push(frame: Frame): void {
    this.frames.push(frame);
    this.draw();
  }

  /** No frames will follow. */
  end(): void {
    this.complete = true;
    this.draw();
  }

  play(): void {
    if (this.isOver) this.index = -1;
    this.playing = true;
    this.draw();
  }

  pause(): void {
    this.playing = false;
    this.draw();
  }

  /** Shows one frame and pauses there. */
  seek(index: number): void {
    this.playing = false;
    this.index = Math.min(this.frames.length - 1, Math.max(0, index));
    this.since = performance.now();
    this.draw();
  }

  private draw(): void {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(now => this.tick(now));
  }

  private tick(now: number): void {
    if (this.frames.length === 0) return;
    if (this.index < 0) this.advance(now);
    const { stays, changes } = this.pace();
    if (this.playing && now - this.since >= stays && this.index < this.frames.length - 1) this.advance(now);
    if (this.playing && this.isOver) this.playing = false;
    const frame = this.frames[this.index]!;
    const t = changes === 0 || wantsStillness() ? 1 : Math.min(1, (now - this.since) / changes);
    this.show({
      frame,
      before: this.frames[this.index - 1] ?? frame,
      t: t * t * (3 - 2 * t),
      index: this.index,
      count: this.frames.length,
      playing: this.playing,
    });
    if (t < 1 || (this.playing && this.index < this.frames.length - 1)) this.draw();
  }

  private advance(now: number): void {
    this.index++;
    this.since = now;
  }

  private pace(): { stays: number; changes: number } {
    const usual = PACE[this.frames[this.index]!.line];
    const left = this.frames.length - 1 - this.index;
    const fast = this.complete ? REST / Math.max(1, left) : Number.POSITIVE_INFINITY;
    if (usual.stays <= fast || usual.stays >= PACE.signs.stays) return usual;
    return { stays: fast, changes: Math.min(fast, usual.changes) };
  }
}
