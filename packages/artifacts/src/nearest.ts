// What somebody may have meant who misspelt a name.
import leven from 'leven';

/** The name closest to a misspelt one, if any is close: up to a third of its letters differ. */
export function nearest(misspelt: string, names: readonly string[]): string | undefined {
  const most = (name: string) => Math.ceil(name.length / 3);
  return names
    .filter(name => Math.abs(name.length - misspelt.length) <= most(name)) // of long ones it takes minutes
    .map(name => ({ name, distance: leven(misspelt.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= most(name))
    .sort((a, b) => a.distance - b.distance)[0]?.name;
}
