// The page's elements, found by name and kind.

type Kind<E> = { new (): E; readonly name: string };

/** @throws TypeError if the page has no such element of this id */
export function element<E extends Element>(id: string, kind: Kind<E>): E {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`expected #${id} to be a ${kind.name}, got ${found?.constructor.name}`);
}

/** A new element with attributes and content. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...content);
  return made;
}

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Whether the visitor asked for less motion. */
export const wantsStillness = (): boolean => still.matches;

/** Calls a function at most once before the next picture on the screen, with the latest arguments. */
export function oncePerPicture<Arguments extends unknown[]>(
  act: (...given: Arguments) => void,
): (...given: Arguments) => void {
  let latest: Arguments | undefined;
  return (...given) => {
    if (!latest) {
      requestAnimationFrame(() => {
        const wanted = latest!;
        latest = undefined;
        act(...wanted);
      });
    }
    latest = given;
  };
}
