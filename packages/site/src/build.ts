// The site as static files.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeApi, type PublicName, ROOT, readApi } from './api.js';
import { brokenLinks } from './links.js';
import { stagePages } from './pages.js';

const STAGE = fileURLToPath(new URL('../pages', import.meta.url));

/**
 * Writes the site to a folder, which it empties.
 *
 * @returns the public names that it tells of.
 * @throws Error if typedoc warns of anything or a link leads nowhere.
 */
export async function build(folder: string): Promise<PublicName[]> {
  const { readme, documents } = stagePages(ROOT, STAGE);
  const { app, project } = await readApi({
    readme,
    projectDocuments: [...documents],
    out: folder,
    customCss: join(STAGE, '../src/site.css'),
    highlightLanguages: ['css', 'diff', 'html', 'javascript', 'json', 'sh', 'typescript', 'yaml'],
    navigation: { includeGroups: true },
    navigationLinks: {},
    sort: ['documents-first', 'source-order'],
    kindSortOrder: [
      'Document',
      'Module',
      'Function',
      'Class',
      'Variable',
      'Interface',
      'TypeAlias',
      'Reference',
    ],
    groupOrder: [
      'Guides',
      'Modules',
      'Functions',
      'Classes',
      'Variables',
      '*',
      'Results and tables',
      'Packages',
    ],
    includeHierarchySummary: false,
    includeVersion: false,
    hideGenerator: true,
  });
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc warns of the above');
  const broken = brokenLinks(folder);
  if (broken.length > 0) throw new Error(`links lead nowhere:\n${broken.join('\n')}`);
  return describeApi(project);
}
