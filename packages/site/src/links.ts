// Whether the links of a site lead anywhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Every link between files of the site that leads to no file, or to no place in it: 'page.html → target'. */
export function brokenLinks(site: string): string[] {
  // What lies in media/ are files of the repository as they are.
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.html') && !file.startsWith('media'),
  );
  const texts = new Map(pages.map(page => [page, readFileSync(join(site, page), 'utf8')]));
  const places = new Map([...texts].map(([page, text]) => [page, valuesOf(text, 'id')]));
  return pages.flatMap(page =>
    [...valuesOf(texts.get(page)!, 'href|src')]
      .filter(address => !/^[a-z]+:/.test(address))
      .filter(address => {
        const [file = '', anchor = ''] = decodeURIComponent(address).split('#');
        const target = file === '' ? page : relative(site, join(site, dirname(page), file));
        if (!existsSync(join(site, target))) return true;
        return anchor !== '' && places.has(target) && !places.get(target)!.has(anchor);
      })
      .map(address => `${page} → ${address}`),
  );
}

/** The values of an attribute, which typedoc writes in double quotes. */
const valuesOf = (html: string, attribute: string): Set<string> =>
  new Set([...html.matchAll(new RegExp(`\\s(?:${attribute})="([^"]*)"`, 'g'))].map(([, value]) => value!));
