// The model card: what a trained generator is and how it came to be, beside its weights.

import type { Factor } from '@blind-demod/arrays';
import type { Loaded } from '@blind-demod/artifacts';
import type { FactorImages } from '@blind-demod/distortion-data';
import type { History } from './checkpoint.js';
import type { Generator } from './generator.js';
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
  const [channels, height, width] = generator.imageShape;
  const parameters = generator.parameters.reduce(
    (sum, { weight, bias }) => sum + weight.data.length + bias.data.length,
    0,
  );
  const mean = (steps: History, name: keyof History[number]) =>
    (steps.reduce((sum, losses) => sum + losses[name], 0) / steps.length).toFixed(3);
  const { epoch: chosen, heldOut, training: scores } = representation;
  const epochs = Array.from({ length: training.epochs }, (_, epoch) => {
    const steps = history.slice(epoch * stepsPerEpoch, (epoch + 1) * stepsPerEpoch);
    const errors = scores.find(snapshot => snapshot.epoch === epoch + 1);
    return `| ${epoch + 1} | ${mean(steps, 'discriminator')} | ${mean(steps, 'generator')} | ${errors ? described(errors) : ''} |`;
  });
  return `# Generator of the ${factor} (${loaded.name})

A DCGAN generator: latent code of ${network.latentDimension} standard normal numbers to an image of
${channels} × ${height} × ${width} in [${generator.outputRange}]${generator.outputSmoothing ? `, smoothed by the last layer (σ = ${generator.outputSmoothing} pixels)` : ''}; ${parameters.toLocaleString('en')} parameters.
\`generator.safetensors\` holds the weights in half precision, averaged over training, with batch normalisation folded in;
\`demod export\` writes the same network as an ONNX model (\`code\` [batch, ${network.latentDimension}] to \`image\`).

- Trained on ${images.train.pixels.shape[0]} images (source: ${loaded.experiment[factor].images.source}); ${images.test.pixels.shape[0]} are held out.
- Seed ${loaded.experiment.seed}; ${training.epochs} epochs of ${stepsPerEpoch} steps, batches of ${training.batchSize}; Adam, learning rate ${training.learningRate}, β1 ${training.beta1}, β2 ${training.beta2}; instance noise ${training.instanceNoise}; weights averaged with decay ${training.averageDecay}.
- All settings, versions and checksums: \`manifest.json\`. Every step's losses: \`losses.jsonl\`.
- Representation error, how near the generator comes to an image: the least relative error ‖G(z) − x‖ / ‖x‖ that a search over latent codes z finds. The weights are those after epoch ${chosen}, which have the least median on ${scores[0]!.images} training images. On ${heldOut.images} held-out images the median is ${heldOut.median.toFixed(4)}, the 90th percentile ${heldOut.percentile90.toFixed(4)}.

![64 samples](samples.png)

| epoch | discriminator loss (mean) | generator loss (mean) | representation error, training images (median, 90th percentile) |
| --- | --- | --- | --- |
${epochs.join('\n')}
`;
}

const described = ({ median, percentile90 }: Errors): string =>
  `${median.toFixed(4)}, ${percentile90.toFixed(4)}`;
