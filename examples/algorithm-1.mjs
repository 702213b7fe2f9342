// Algorithm 1 of Hand and Joshi (NeurIPS 2019) by hand, on two random networks: node examples/algorithm-1.mjs
//
// y = w ⊙ x is seen, the product of two images in the ranges of known networks; their codes h and m are looked for. This
// needs the tensor programs of @blind-demod/jit alone. It prints how far the signal is from the truth as the search goes on.
import { compile, compileLoop, constant, float32 } from '@blind-demod/jit';
import * as tf from '@tensorflow/tfjs-core';

let seed = 1;
const random = (shape, deviation = 1) => {
  const draw = () => {
    seed = (48271 * seed) % 2147483647; // Lehmer's random numbers, here with variance 1
    return deviation * Math.sqrt(12) * (seed / 2147483647 - 0.5);
  };
  return float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b) }, draw));
};
const network = (...widths) => {
  const weights = widths.slice(1).map((width, i) => random([widths[i], width], Math.sqrt(2 / widths[i])));
  return code => weights.reduce((layer, weight) => tf.relu(tf.matMul(layer, constant(weight))), code);
};
const [G1, G2] = [network(5, 100, 800), network(3, 100, 800)];
const norm = code => tf.sqrt(tf.sum(tf.square(code)));
const objective = (h, m, y) => tf.div(tf.mean(tf.squaredDifference(tf.mul(G1(h), G2(m)), y)), 2); // equation 2

function iterate({ h, m }, y) {
  const signed = code => [code, tf.neg(code)];
  const patterns = signed(h).flatMap(h => signed(m).map(m => [h, m])); // line 3: the best of four signs
  const best = tf.argMin(tf.stack(patterns.map(([h, m]) => objective(h, m, y))));
  const chosen = factor => tf.gather(tf.stack(patterns.map(pattern => pattern[factor])), best);
  const [h3, m3] = [chosen(0), chosen(1)];
  const h4 = tf.sub(h3, tf.mul(0.5, tf.grad(h => objective(h, m3, y))(h3))); // line 4: a step in h …
  const m4 = tf.sub(m3, tf.mul(0.5, tf.grad(m => objective(h4, m, y))(m3))); // … and a step in m, with the new h
  const c = tf.sqrt(tf.div(norm(h4), norm(m4))); // line 5: equal norms
  return { state: { h: tf.div(h4, c), m: tf.mul(m4, c) }, objective: objective(h3, m3, y) };
}

const truth = { h: random([1, 5]), m: random([1, 3]) };
const look = await compile(({ h, m }) => ({ w: G1(h), y: tf.mul(G1(h), G2(m)) }), truth, { device: 'cpu' });
const { w, y } = await look.run(truth);
const search = await compileLoop(
  iterate,
  { state: { h: random([1, 5]), m: random([1, 3]) }, input: y },
  { device: 'cpu' },
);
const length = values => Math.hypot(...values);
for (let step = 0; step <= 100; step++) {
  const { objective } = await search.step(y);
  if (step % 20 !== 0) continue;
  const found = (await look.run(await search.state())).w.data;
  const scale = length(w.data) / length(found); // only the product has a scale
  const error = length(found.map((value, i) => scale * value - w.data[i])) / length(w.data);
  console.log(
    `iteration ${step}: objective ${objective.data[0].toExponential(1)}, signal ${(100 * error).toFixed(3)} % off`,
  );
}
