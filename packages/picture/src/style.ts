// How the page looks: on a wide screen, on a phone, in the dark, on paper.

/** Colours that plots and text share; each has at least the contrast that WCAG asks of text (4.5) on its background. */
const LIGHT = `
  --paper: #ffffff;
  --card: #f5f6f8;
  --ink: #1b1f27;
  --soft: #586070;
  --line: #d5d9e0;
  --observation: #6a7180;
  --generator: #b4540a;
  --refined: #1a63b8;
  --distortion: #8a3fa0;
  --bad: #c0272d;
  --link: #1a63b8;`;
const DARK = `
  --paper: #14171c;
  --card: #1e2229;
  --ink: #e8eaee;
  --soft: #a3abb9;
  --line: #39404b;
  --observation: #98a0af;
  --generator: #f0984c;
  --refined: #6db1f5;
  --distortion: #cf94e2;
  --bad: #ff7d78;
  --link: #6db1f5;`;

export const STYLE = `
:root { color-scheme: light dark;${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root {${DARK} } }
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  padding: 2.5rem clamp(1rem, 3vw, 1.5rem) 4rem;
  max-width: 75rem;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif;
}
h1 { margin: 0 0 .6rem; font-size: 2.4rem; line-height: 1.1; overflow-wrap: anywhere; }
h2 { margin: 3.5rem 0 1rem; padding-top: .8rem; border-top: 1px solid var(--line); font-size: 1.35rem; line-height: 1.25; }
h3 { margin: 0 0 .3rem; font-size: .95rem; line-height: 1.3; }
p, figcaption, li { max-width: 46rem; }
a { color: var(--link); }
data { white-space: nowrap; }
figure { margin: 0; }
figcaption { margin-top: .8rem; color: var(--soft); font-size: .9rem; }
.kicker { margin: 0; color: var(--soft); font-size: .9rem; }
img { display: block; image-rendering: pixelated; background: #000; }

.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; margin: 2rem 0 0; }
.numbers div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: .9rem 1rem; border-radius: .5rem; background: var(--card); }
.numbers dd { margin: 0; font-size: 2rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.numbers dt { color: var(--soft); font-size: .85rem; line-height: 1.4; }

.pictures { width: calc(100% + 8px); table-layout: fixed; border-spacing: 4px; margin: -4px; }
.pictures thead { color: var(--soft); }
.pictures thead td { width: 6rem; }
.pictures thead th { padding: 0; font-size: .75rem; font-weight: 400; }
.pictures tbody th { padding-right: .6rem; text-align: right; font-size: .85rem; font-weight: 500; line-height: 1.25; }
.pictures td { padding: 0; }
.pictures img { width: 100%; max-width: 128px; height: auto; }

.scroll { overflow-x: auto; }
.scores { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.scores th, .scores td { padding: .45rem .8rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
.scores thead th { color: var(--soft); font-size: .85rem; font-weight: 500; }
.scores :is(th, td):first-child { padding-left: 0; }
.scores :is(th, td):first-child, .scores tbody th, .scores .text { text-align: left; }
.compared { margin-bottom: 1.5rem; font-size: .85rem; }
.compared th, .compared td { padding: .3rem .45rem; }
.compared thead th { font-size: .75rem; }

.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; }
.panel { min-width: 0; }
.plot { display: block; width: 100%; max-width: 26rem; height: auto; font: 11px system-ui, sans-serif; --plot-background: var(--paper); }
.plot text { white-space: pre; }
.cases { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1.5rem; }
.cases article { padding: 1rem; border-radius: .5rem; background: var(--card); }
.cases p { margin: .8rem 0; font-size: .9rem; }
.case { display: grid; grid-template-columns: repeat(4, minmax(0, 128px)); gap: .4rem; }
.case img { width: 100%; height: auto; }
.case figcaption { margin: .15rem 0 0; font-size: .75rem; line-height: 1.3; }
.cases dl { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: 0; font-size: .85rem; }
.cases dt { color: var(--soft); }
.cases dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }

pre { overflow-x: auto; padding: .8rem 1rem; border-radius: .5rem; background: var(--card); font-size: .85rem; }
code { font-family: ui-monospace, monospace; }
.facts dt { margin-top: .6rem; font-weight: 600; }
.facts dd { margin: 0; }
.facts ul { margin: 0; padding-left: 1.2rem; }
.facts code { font-size: .8rem; overflow-wrap: anywhere; }
summary { cursor: pointer; }

.panel figcaption { margin-top: .3rem; }
.observation, .generator, .refined, .distortion, .bad { font-weight: 600; }
.observation { color: var(--observation); }
.generator { color: var(--generator); }
.refined { color: var(--refined); }
.distortion { color: var(--distortion); }
.bad { color: var(--bad); }

@media (max-width: 40rem) {
  .scores { font-size: .8rem; }
  .scores th, .scores td { padding: .4rem .25rem; }
  .scores th { white-space: normal; }
  .scores thead th { font-size: .75rem; }
  .numbers dd { font-size: 1.6rem; }
  .pictures thead { display: none; }
  .pictures tr { display: flex; flex-wrap: wrap; }
  .pictures tbody th { width: 100%; padding: .5rem 0 .1rem; text-align: left; }
  .pictures td { flex: 1; padding: 0 1px; }
}

@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .panel, article, tr, .numbers div { break-inside: avoid; }
  h2 { margin-top: 2rem; break-after: avoid; }
  a { color: inherit; }
}
`;
