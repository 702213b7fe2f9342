// The public names of the packages that programs import, as typedoc reads them from the sources.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Application,
  type Comment,
  type DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
  type TypeDocOptions,
} from 'typedoc';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HOME = fileURLToPath(new URL('..', import.meta.url));

/** The packages that programs import, in the order of the pages; the name that is given first has the page of a name. */
const ENTRIES = [
  'blind-demod/src/node.ts',
  'jit/src/index.ts',
  'jit/src/node/index.ts',
  'demod-core/src/index.ts',
];
const PACKAGES = ['arrays', 'dcgan', 'demod-core', 'distortion-data', 'jit'];

/** typedoc, which has read the sources. Its own type check is left out: `npm run lint` does it. */
export async function readApi(
  options: Partial<TypeDocOptions> = {},
): Promise<{ app: Application; project: ProjectReflection }> {
  const app = await Application.bootstrap({
    name: 'blind-demod',
    entryPoints: ENTRIES.map(entry => `${ROOT}packages/${entry}`),
    tsconfig: `${HOME}tsconfig.api.json`,
    skipErrorChecking: true,
    sortEntryPoints: false,
    excludeExternals: true,
    disableSources: true,
    disableGit: true,
    readme: 'none',
    validation: {
      notExported: false, // of types that are only seen within others, the page of the others tells
      invalidLink: true,
      invalidPath: true,
      rewrittenLink: true,
      notDocumented: true,
      unusedMergeModuleWith: true,
    },
    packagesRequiringDocumentation: ['blind-demod', ...PACKAGES.map(name => `@blind-demod/${name}`)],
    requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable'],
    treatWarningsAsErrors: true,
    logLevel: 'Warn',
    ...options,
  });
  const project = await app.convert();
  if (project === undefined) throw new Error(`typedoc cannot read ${relative('.', ROOT)}packages`);
  return { app, project };
}

/** A function, class or value that programs import. */
export interface PublicName {
  readonly module: string;
  readonly name: string;
  readonly kind: 'function' | 'class' | 'value';
  readonly summary: string;
  /** The programs of its examples. */
  readonly examples: readonly string[];
}

const KINDS = {
  [ReflectionKind.Function]: 'function',
  [ReflectionKind.Class]: 'class',
  [ReflectionKind.Variable]: 'value',
} as const;

/** Every public function, class and value, with what its docstring says. */
export function describeApi(project: ProjectReflection): PublicName[] {
  return (project.children ?? []).flatMap(module =>
    (module.children ?? []).flatMap(reflection => {
      const kind = KINDS[reflection.kind as keyof typeof KINDS];
      if (kind === undefined) return [];
      const comment = commentOf(reflection);
      return { module: module.name, name: reflection.name, kind, ...told(comment) };
    }),
  );
}

const commentOf = (reflection: DeclarationReflection): Comment | undefined =>
  reflection.comment ?? reflection.signatures?.[0]?.comment;

function told(comment: Comment | undefined): Pick<PublicName, 'summary' | 'examples'> {
  const textOf = (parts: Comment['summary'] = []) => parts.map(({ text }) => text).join('');
  const examples = (comment?.blockTags ?? [])
    .filter(({ tag }) => tag === '@example')
    .map(({ content }) => textOf(content).replace(/^```\w*\n|\n```$/g, ''));
  return { summary: textOf(comment?.summary), examples };
}
