// The Markdown of the repository as pages of the site: a title, a group, and links that lead to each other.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const GROUPS = { guides: 'Guides', results: 'Results and tables', packages: 'Packages' } as const;

/** A page, by its path in the repository. */
interface Page {
  readonly path: string;
  readonly group: string;
}

/** All pages but the README on top, in the order in which they are listed. */
function listPages(root: string): Page[] {
  const markdownIn = (folder: string) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .filter(name => name.endsWith('.md'))
          .map(name => join(folder, name))
      : [];
  const packages = readdirSync(join(root, 'packages')).map(name => join('packages', name));
  const paths = ['examples', '.', 'docs', 'models', ...packages, ...packages.map(path => join(path, 'docs'))];
  return paths
    .flatMap(markdownIn)
    .filter(path => path !== 'README.md')
    .map(path => ({ path, group: groupOf(path) }));
}

function groupOf(path: string): string {
  if (/^packages\/[^/]+\/README\.md$/.test(path)) return GROUPS.packages;
  return /^(packages|docs|models)\//.test(path) ? GROUPS.results : GROUPS.guides;
}

/** The pages as typedoc takes them. */
export interface Staged {
  readonly readme: string;
  readonly documents: readonly string[];
}

/**
 * Writes every page to `stage`, where typedoc reads it.
 *
 * @throws Error for a link to a file that is not there.
 */
export function stagePages(root: string, stage: string): Staged {
  rmSync(stage, { recursive: true, force: true });
  const pages = listPages(root);
  const readme = { path: 'README.md', group: '' };
  const staged = new Map([readme, ...pages].map(({ path }) => [path, join(stage, fileNameOf(path))]));
  const write = ({ path, group }: Page) => {
    const file = staged.get(path)!;
    const text = readFileSync(join(root, path), 'utf8');
    const linked = relinked(
      text + programsBeside(root, path, text),
      target => {
        const place = staged.get(target) ?? join(root, target);
        return relative(dirname(file), place).replaceAll('\\', '/');
      },
      { root, path },
    );
    const front =
      group === '' ? '' : `---\ntitle: ${JSON.stringify(titleOf(text))}\ngroup: ${group}\n---\n\n`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, front + linked);
    return file;
  };
  return { readme: write(readme), documents: pages.map(write) };
}

/** packages/eval/docs/scale.md is eval-scale.md: the names of files are those of addresses. */
const fileNameOf = (path: string): string =>
  path
    .replace(/^(packages|docs)\//, '')
    .replace('/docs/', '/')
    .replace(/\/README\.md$/, '.md')
    .replaceAll('/', '-');

/** What a page is called in lists: its heading, without the packages' common prefix. */
function titleOf(text: string): string {
  const [, heading = ''] = /^# (.*)$/m.exec(text) ?? [];
  return heading.replace('@blind-demod/', '').replaceAll('`', '');
}

/** The examples' page shows the programs that it links to. */
function programsBeside(root: string, path: string, text: string): string {
  if (path !== 'examples/README.md') return '';
  const links = text.matchAll(/\]\(([\w/-]+\.(mjs|js|html))\)/g);
  const programs = new Map([...links].map(([, file, ending]) => [file!, ending!]));
  return [...programs]
    .map(([file, ending]) => {
      const language = ending === 'html' ? 'html' : 'js';
      return `\n## ${file}\n\n\`\`\`${language}\n${readFileSync(join(root, 'examples', file), 'utf8')}\`\`\`\n`;
    })
    .join('');
}

/** The text with each link inside of the repository given by `place`; blocks of code stay as they are. */
function relinked(
  text: string,
  place: (target: string) => string,
  { root, path }: { root: string; path: string },
): string {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      return part.replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (link, words: string, address: string) => {
        if (/^([a-z]+:|#)/.test(address)) return link;
        const [file = '', anchor = ''] = address.split('#');
        const target = join(dirname(path), file);
        if (!existsSync(join(root, target)))
          throw new Error(`${path}: there is no ${target}, to which it links`);
        const isFolder = statSync(join(root, target)).isDirectory();
        const page = isFolder ? join(target, 'README.md') : target;
        if (!existsSync(join(root, page))) return words;
        // To GitHub a folder's README is at #readme.
        return `[${words}](${place(page)}${anchor === '' || anchor === 'readme' ? '' : `#${anchor}`})`;
      });
    })
    .join('');
}
