// A number of the page, with its value as metrics.json has it for programs that read the page.
import { toDigits } from './formats.js';
import { type Html, html } from './html.js';

export function datum(value: number, show: (value: number) => string): Html {
  return html`<data value="${toDigits(value, 6)}">${show(value)}</data>`;
}
