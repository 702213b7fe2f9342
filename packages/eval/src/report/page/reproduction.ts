// How to make the same page again.

import { readFileSync } from 'node:fs';
import { type Html, html } from '@blind-demod/picture';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import type { ReportInput } from './input.js';

export function reproduction({ loaded, plan, judged, checksums }: ReportInput): Html {
  const { file, experiment } = loaded;
  const { device, generators, paperGenerators, encoder, denoiser } = plan.settings;
  const others = { ...(encoder && { encoder }), ...(denoiser && { denoiser }) };
  const images = judged.length === experiment.evaluation.images ? '' : ` --images ${judged.length}`;
  const facts: [string, Html | string | number][] = [
    ['Seed', experiment.seed],
    ['Device', device],
    ['Versions', versions()],
    ['Generators', html`sha256 of their weights:${checksumList({ ...generators, ...others })}`],
    ...(paperGenerators ? [['The paper’s generators', checksumList(paperGenerators)] as [string, Html]] : []),
    ['Data of this page', html`beside it, with their sha256:${checksumList(checksums)}`],
  ];
  return html`<section>
<h2>How to reproduce this</h2>
<pre><code>npx demod eval --config ${file}${images} --device ${device}</code></pre>
<p>The same config, generators and versions give the same bytes on one kind of processor. A dot's “pair” is its line in
images.csv, counted from 0; manifest.json holds every setting and checksum.</p>
<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
<details><summary>The experiment, every setting filled in</summary>
<pre><code>${JSON.stringify(experiment, null, 2)}</code></pre></details>
</section>`;
}

function checksumList(checksums: Readonly<Record<string, string>>): Html {
  return html`<ul>${Object.entries(checksums).map(([name, sha256]) => html`<li>${name} <code>${sha256}</code></li>`)}</ul>`;
}

function versions(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const all = {
    'blind-demod': version,
    'Node.js': process.versions.node,
    'TensorFlow.js': tf.version_core,
    sharp: sharp.versions.sharp,
  };
  return Object.entries(all)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ');
}
