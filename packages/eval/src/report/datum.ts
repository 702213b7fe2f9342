// A number of the page, with its value as metrics.json has it for programs that read the page.
import { type Html, html } from './html.js';

export function datum(value: number, show: (value: number) => string): Html {
  return html`<data value="${Number(value.toPrecision(6))}">${show(value)}</data>`;
}
