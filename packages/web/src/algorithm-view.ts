// Algorithm 1 as it runs: the line that has just run is lit, and the objective and the codes' norms are plotted.
import { element } from './dom.js';
import type { Shown } from './film.js';
import type { Frame, Line } from './messages.js';
import { drawPlot } from './plots.js';

/** What is told of a frame besides its images. */
const TOLD: Record<Line, (frame: Frame) => string> = {
  start: () => 'start',
  signs: ({ count }) => `iteration ${count}`,
  signal: ({ count }) => `iteration ${count}`,
  distortion: ({ count }) => `iteration ${count}`,
  balance: ({ count }) => `iteration ${count}`,
  iteration: ({ count }) => `iteration ${count}`,
  polish: ({ count }) => `evaluation ${count}`,
  divide: () => 'done',
};
/** Of an iteration that is shown as a whole all of its lines are lit. */
const ITERATION: readonly Line[] = ['signs', 'signal', 'distortion', 'balance'];

export class AlgorithmView {
  private readonly lines = [...document.querySelectorAll<HTMLElement>('#algorithm [data-line]')];
  private readonly count = element('count', HTMLElement);
  private readonly signs = element('signs', HTMLElement);
  private readonly objective = element('objective', HTMLElement);
  private readonly norms = element('norms', HTMLElement);
  private readonly objectivePlot = element('objective-plot', SVGSVGElement);
  private readonly normsPlot = element('norms-plot', SVGSVGElement);
  private frames: Frame[] = [];
  private drawn = '';

  clear(): void {
    this.frames = [];
    this.drawn = '';
  }

  /** Marks the lines that a solver leaves out. */
  skip(left: readonly Line[]): void {
    for (const line of this.lines) line.classList.toggle('rests', left.includes(line.dataset.line as Line));
  }

  push(frame: Frame): void {
    this.frames.push(frame);
  }

  show({ frame, index }: Shown): void {
    // The images change at every picture of the screen, the rest once a frame.
    const key = `${index} ${this.frames.length}`;
    if (key === this.drawn) return;
    this.drawn = key;
    for (const line of this.lines) {
      const name = line.dataset.line as Line;
      line.classList.toggle(
        'lit',
        name === frame.line ||
          (frame.line === 'iteration' && ITERATION.includes(name) && !line.classList.contains('rests')),
      );
    }
    this.count.textContent = TOLD[frame.line](frame);
    this.signs.textContent = frame.signs
      ? `${frame.signs.map(sign => (sign < 0 ? '−' : '+')).join(' ')}`
      : '';
    this.objective.textContent = Number.isFinite(frame.objective) ? scientific(frame.objective) : '';
    this.norms.textContent = frame.norms.map(norm => norm.toFixed(1)).join(' · ');
    const at = { at: index, count: this.frames.length };
    const values = (of: (frame: Frame) => number) => this.frames.map(of);
    drawPlot(this.objectivePlot, [{ name: 'objective', values: values(frame => frame.objective) }], {
      ...at,
      logarithmic: true,
    });
    drawPlot(
      this.normsPlot,
      [
        { name: '‖h‖', values: values(frame => frame.norms[0]) },
        { name: '‖m‖', values: values(frame => frame.norms[1]) },
      ],
      { ...at, logarithmic: false },
    );
  }
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 3.2 · 10⁻⁴ */
function scientific(value: number): string {
  const [digits, exponent] = value.toExponential(1).split('e') as [string, string];
  const raised = [...exponent.replace('+', '')]
    .map(sign => (sign === '-' ? '⁻' : SUPERSCRIPTS[Number(sign)]))
    .join('');
  return `${digits} · 10${raised}`;
}
