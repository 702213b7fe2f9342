// The packages as rooms: what each says that it is for, and which others its sources import.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { instance } from '@viz-js/viz';

export interface Import {
  /** The file that imports, from the packages' folder on. */
  readonly file: string;
  /** What it names, as written. */
  readonly specifier: string;
}

export interface Room {
  /** Its folder's name. */
  readonly name: string;
  readonly packageName: string;
  readonly description: string;
  /** Packages of this repository that package.json asks for. */
  readonly declared: readonly string[];
  readonly imports: readonly Import[];
  /** The rooms that its sources import. */
  readonly uses: readonly string[];
}

const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));
/** A line of a docstring, whose examples import what they like. */
const DOCSTRING = /^ *\*.*$/gm;
/** Static imports and exports, dynamic imports, and types by `import()`. */
const SPECIFIER = /(?:\bfrom\s+|\bimport\s*\(?\s*)'([^']+)'/g;

/** Every package, in the order of their names. */
export function readRooms(): Room[] {
  const names = readdirSync(PACKAGES).sort();
  const manifests = names.map(name => JSON.parse(readFileSync(`${PACKAGES}${name}/package.json`, 'utf8')));
  const roomOf = new Map<string, string>(manifests.map(({ name }, index) => [name, names[index]!]));
  const roomsIn = (specifiers: readonly string[]) => {
    const rooms = specifiers.map(specifier => roomOf.get(packageOf(specifier)) ?? '');
    return [...new Set(rooms)].filter(room => room !== '').sort();
  };
  return names.map((name, index) => {
    const { name: packageName, description, dependencies = {} } = manifests[index];
    const imports = importsOf(name);
    const uses = roomsIn(imports.map(({ specifier }) => specifier)).filter(room => room !== name);
    return { name, packageName, description, declared: roomsIn(Object.keys(dependencies)), imports, uses };
  });
}

/** '@scope/package' of '@scope/package/entry'. */
export const packageOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

function importsOf(room: string): Import[] {
  const files = readdirSync(`${PACKAGES}${room}/src`, { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => {
      const text = readFileSync(`${PACKAGES}${room}/src/${file}`, 'utf8').replace(DOCSTRING, '');
      return [...text.matchAll(SPECIFIER)].map(([, specifier]) => ({
        file: `${room}/src/${file}`,
        specifier: specifier!,
      }));
    });
}

/** All rooms that can be reached from one, itself not. */
export function reach(rooms: readonly Room[], from: string): Set<string> {
  const found = new Set<string>();
  const visit = (name: string) => {
    for (const next of rooms.find(room => room.name === name)?.uses ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(from);
  return found;
}

/** The rooms as an SVG, each on those that it imports; an arrow that longer ways imply is left out. */
export async function drawRooms(rooms: readonly Room[]): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(toDot(rooms), { format: 'svg', yInvert: false });
  // Graphviz writes hyphens as entities.
  const names = rooms.map(({ name }) => name.replaceAll('-', '&#45;')).join('|');
  return svg.replace(
    new RegExp(`<text ([^>]*)>(${names})</text>`, 'g'),
    '<text $1 font-weight="bold">$2</text>',
  );
}

/** In Graphviz' language. */
function toDot(rooms: readonly Room[]): string {
  const nodes = rooms.map(({ name, description }) => {
    return `  "${name}" [label="${[name, ...wrapped(description)].join('\\n')}"];`;
  });
  const arrows = rooms.flatMap(({ name, uses }) =>
    uses
      .filter(target => !uses.some(other => other !== target && reach(rooms, other).has(target)))
      .map(target => `  "${target}" -> "${name}";`),
  );
  // Margins have room for fonts that are wider than the one that Graphviz reckons with.
  return `digraph {
  rankdir=BT;
  graph [bgcolor=white, ranksep=0.35, nodesep=0.25];
  node [shape=box, style="rounded,filled", fillcolor="#f3f6fb", color="#1a63b8", fontname="Helvetica,Arial,sans-serif", fontsize=12, margin="0.3,0.1"];
  edge [color="#586070", arrowsize=0.7];
${[...nodes, ...arrows].join('\n')}
}
`;
}

const LINE = 32;

/** Words in lines of no more letters than `LINE`. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= LINE) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
