// The head of the page: what was done, and the main numbers.
import { type Content, datum, decibel, type Html, html, percent } from '@blind-demod/picture';
import type { ReportInput } from './input.js';

export function headline({ loaded, judged, summary, reliability }: ReportInput): Html {
  const { observation, refined, distortion } = summary;
  const { goodRefinedPsnr, good, rocArea } = reliability;
  return html`<header>
<p class="kicker">Blind demodulation of held-out pairs</p>
<h1>${loaded.name}</h1>
<p>Each observation y = w ⊙ x is the product of a signal w and a distortion x that no network was trained on. Algorithm 1
of <a href="https://arxiv.org/abs/1910.04353">Hand and Joshi (2019)</a> was given y alone, and searched the latent codes
of two generators for images that multiply to it; below, what it found stands beside the truth, each image at its best
scale, because a product does not tell the scale of its factors.</p>
<dl class="numbers">
${number(
  datum(refined.psnr.median, decibel),
  html`PSNR of the refined signal, median; of the observation itself ${decibel(observation.psnr.median)}`,
)}
${number(datum(refined.betterThanObservation ?? 0, percent), 'of refined signals are closer to the truth than the observation')}
${number(
  datum(distortion.relativeError.median, value => value.toFixed(3)),
  'relative error of the recovered distortion, median',
)}
${
  rocArea === null
    ? number(datum(good, percent), `of recoveries are good: a refined PSNR of ${goodRefinedPsnr} dB or more`)
    : number(
        datum(rocArea, value => value.toFixed(2)),
        'ROC area of the confidence: 1 tells good recoveries from bad ones without fail, 0.5 not at all',
      )
}
${number(judged.length, judged.length === 1 ? 'pair of test images' : 'pairs of test images')}
</dl>
</header>`;
}

function number(value: Content, meaning: Content): Html {
  return html`<div><dt>${meaning}</dt><dd>${value}</dd></div>`;
}
