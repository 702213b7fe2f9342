// The model card: what a trained generator is and how it came to be, beside its weights.

import type { Factor } from '@blind-demod/arrays';
import type { Loaded } from '@blind-demod/artifacts';
import type { FactorImages } from '@blind-demod/distortion-data';
import type { History } from './checkpoint.js';
import type { Generator } from './generator.js';
import { OBJECTIVES } from './objectives/index.js';
import type { GeneratorSettings } from './settings.js';
import type { Errors, RepresentationByEpoch } from './snapshots.js';

export function modelCard({
  loaded,
  factor,
  history,
  stepsPerEpoch,
  images,
  generator,
  representation,
}: {
  loaded: Loaded<GeneratorSettings>;
  factor: Factor;
  history: History;
  stepsPerEpoch: number;
  images: FactorImages;
  generator: Generator;
  representation: RepresentationByEpoch;
}): string {
  const { network, training } = loaded.experiment[factor];
  const { companion } = OBJECTIVES[training.objective];
  // What is left are the objective's own settings.
  const {
    objective,
    epochs,
    batchSize,
    learningRate,
    schedule,
    beta1,
    beta2,
    averageDecay,
    snapshotEvery: _,
    checkpointEvery: __,
    ...own
  } = training;
  const [channels, height, width] = generator.imageShape;
  const parameters = generator.parameters.reduce(
    (sum, { weight, bias }) => sum + weight.data.length + (bias?.data.length ?? 0),
    0,
  );
  const mean = (steps: History, name: keyof History[number]) =>
    (steps.reduce((sum, losses) => sum + losses[name], 0) / steps.length).toFixed(3);
  const { epoch: chosen, heldOut, training: scores } = representation;
  const rows = Array.from({ length: epochs }, (_, epoch) => {
    const steps = history.slice(epoch * stepsPerEpoch, (epoch + 1) * stepsPerEpoch);
    const errors = scores.find(snapshot => snapshot.epoch === epoch + 1);
    return `| ${epoch + 1} | ${mean(steps, 'companion')} | ${mean(steps, 'generator')} | ${errors ? described(errors) : ''} |`;
  });
  return `# Generator of the ${factor} (${loaded.name})

A generator of the architecture \`${network.architecture}\`: latent code of ${network.latentDimension} standard normal numbers to an image of
${channels} × ${height} × ${width} in [${generator.outputRange}]${generator.outputSmoothing ? `, smoothed by the last layer (σ = ${generator.outputSmoothing} pixels)` : ''}${generator.drawnSize ? `, drawn at ${generator.drawnSize} × ${generator.drawnSize} and resized` : ''}; ${parameters.toLocaleString('en')} parameters.
\`generator.safetensors\` holds the weights in half precision, averaged over training, with batch normalisation folded in;
\`demod export\` writes the same network as an ONNX model (\`code\` [batch, ${network.latentDimension}] to \`image\`).

- Trained on ${images.train.pixels.shape[0]} images (source: ${loaded.experiment[factor].images.source}); ${images.test.pixels.shape[0]} are held out.
- Seed ${loaded.experiment.seed}; ${epochs} epochs of ${stepsPerEpoch} steps, batches of ${batchSize}; objective \`${objective}\`${Object.entries(
    own,
  )
    .map(([name, value]) => `, ${name} ${value}`)
    .join(
      '',
    )}; Adam, learning rate ${learningRate}${schedule ? ` by a ${schedule} schedule` : ''}, β1 ${beta1}, β2 ${beta2}; weights averaged with decay ${averageDecay}.
- All settings, versions and checksums: \`manifest.json\`. Every step's losses: \`losses.jsonl\`.
- Representation error, how near the generator comes to an image: the least relative error ‖G(z) − x‖ / ‖x‖ that a search over latent codes z finds. The weights are those after epoch ${chosen}, which have the least median on ${scores[0]!.images} training images. On ${heldOut.images} held-out images the median is ${heldOut.median.toFixed(4)}, the 90th percentile ${heldOut.percentile90.toFixed(4)}.

![64 samples](samples.png)

| epoch | ${companion} loss (mean) | generator loss (mean) | representation error, training images (median, 90th percentile) |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const described = ({ median, percentile90 }: Errors): string =>
  `${median.toFixed(4)}, ${percentile90.toFixed(4)}`;
