// The worst cases: their images, numbers, and what explains them.
import { type Float32NdArray, float32 } from '@blind-demod/arrays';
import { decibel, embeddedImage, type Html, html } from '@blind-demod/picture';
import type { JudgedImages } from '../judgement.js';
import { className } from './by-class.js';
import { correlations, explanation, RELATED } from './explanation.js';
import type { ReportInput, WorstCase } from './input.js';

/** How many times errors are shown enlarged. */
const ENLARGED = 5;

export async function worstCases(input: ReportInput): Promise<Html> {
  const count = input.worst.length;
  const list = correlations(input.judged)
    .map(({ name, correlation }) => `${name} ${correlation.toFixed(2).replace('-', '−')}`)
    .join('; ');
  return html`<section>
<h2>The worst cases, and why</h2>
<p>${count === 1 ? 'The pair' : `The ${count} pairs`} of least refined PSNR; error pictures are the absolute difference from
the truth, times ${ENLARGED}. Each explanation is drawn up by rule from what was measured. First, how wrong the distortion is
where the signal shows it: most of the refined signal's error comes from that. Then in what the pair is harder than
four in five of the others, if in anything, of the measures whose rank correlation with the refined PSNR over all pairs is
${RELATED} or stronger. That is what is unusual, not a proof of what is to blame. The measures, and their rank correlations:
${list}.</p>
<div class="cases">
${await Promise.all(input.worst.map(one => worstCase(one, input)))}
</div>
</section>`;
}

async function worstCase(one: WorstCase, input: ReportInput): Promise<Html> {
  const { pair, scores, facts, confidence, images } = one;
  const pictures = await Promise.all(
    shownOf(images).map(async ({ label, image }) => {
      return html`<figure>${await embeddedImage(image, `pair ${pair}: ${label}`)}<figcaption>${label}</figcaption></figure>`;
    }),
  );
  const numbers = {
    refined: decibel(scores.refined.psnr),
    observation: decibel(scores.observation.psnr),
    'G1(h)': decibel(scores.generator.psnr),
    distortion: scores.distortion.relativeError.toFixed(3),
    residual: facts.residual.toFixed(3),
    confidence: confidence.toFixed(3),
  };
  return html`<article>
<h3>Pair ${pair}${whatItIs(pair, input)}</h3>
<div class="case">${pictures}</div>
<p>${explanation(one, input.judged)}</p>
<dl>${Object.entries(numbers).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</article>`;
}

/** Its class and the parameters of its distortion, as far as there are any. */
function whatItIs(pair: number, input: ReportInput): string {
  const { signal, distortion } = input.plan.tests;
  const of = input.plan.pairs[pair]!;
  const name = className(input);
  const parameters = distortion.parameters?.data.subarray(2 * of.distortion, 2 * of.distortion + 2);
  return [
    name && `: ${name} ${signal.labels[of.signal]}`,
    parameters && `, c = ${parameters[0]!.toFixed(1).replace('-', '−')}, σ = ${parameters[1]!.toFixed(1)}`,
  ]
    .filter(Boolean)
    .join('');
}

function shownOf({
  observation,
  estimates,
  truth,
}: JudgedImages): { label: string; image: Float32NdArray }[] {
  return [
    { label: 'observation', image: observation },
    { label: 'refined', image: estimates.refined },
    { label: 'true signal', image: truth.signal },
    { label: `refined: error ×${ENLARGED}`, image: difference(estimates.refined, truth.signal) },
    { label: 'G1(h)', image: estimates.generator },
    { label: 'distortion', image: estimates.distortion },
    { label: 'true distortion', image: truth.distortion },
    { label: `distortion: error ×${ENLARGED}`, image: difference(estimates.distortion, truth.distortion) },
  ];
}

function difference(estimate: Float32NdArray, { shape, data }: Float32NdArray): Float32NdArray {
  return float32(
    shape,
    data.map((value, index) => ENLARGED * Math.abs(estimate.data[index]! - value)),
  );
}
