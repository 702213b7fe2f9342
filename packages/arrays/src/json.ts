// Strict JSON that says where a text is wrong, and refuses keys given twice.
//
// JSON.parse does neither: on Node 20 most of its messages have no position, and of two equal keys it silently keeps
// the last. So the text is checked by jsonc-parser first, which tells positions; the refusals are here, because it has
// none of its own for equal keys and for depth.

import { printParseErrorCode, visit } from 'jsonc-parser';

export class JsonSyntaxError extends Error {
  constructor(
    message: string,
    /** Index into the text where it stops being JSON. */
    readonly position: number,
  ) {
    super(message);
  }
}

const MAX_DEPTH = 100;
/** Characters of a token that a message shows. */
const LONGEST_SHOWN = 40;

/** The value that a JSON text stands for. @throws JsonSyntaxError */
export function parseJson(text: string): unknown {
  const fail = (message: string, position: number): never => {
    throw new JsonSyntaxError(message, position);
  };
  /** Of each object and array around the present place: the keys so far; of an array, none. */
  const around: (Set<string> | undefined)[] = [];
  const enter = (keys: Set<string> | undefined, position: number) => {
    if (around.push(keys) > MAX_DEPTH + 1) fail(`nested more than ${MAX_DEPTH} deep`, position);
  };
  visit(
    text,
    {
      onObjectBegin: position => enter(new Set(), position),
      onArrayBegin: position => enter(undefined, position),
      onObjectEnd: () => void around.pop(),
      onArrayEnd: () => void around.pop(),
      onObjectProperty: (key, position) => {
        const keys = around.at(-1)!;
        if (keys.has(key)) fail(`the key ${JSON.stringify(key)} is given twice`, position);
        keys.add(key);
      },
      onError: (code, position, length) => {
        const found = text.slice(position, position + length);
        fail(explain(printParseErrorCode(code), found, around.at(-1) !== undefined), position);
      },
    },
    { disallowComments: true },
  );
  return JSON.parse(text);
}

/** What is wrong with the token `found`; '' is the end of the text. */
function explain(code: string, found: string, inObject: boolean): string {
  const shown = found.length > LONGEST_SHOWN ? `${found.slice(0, LONGEST_SHOWN)}…` : found;
  const got = shown === '' ? 'the end of the text' : shown.startsWith('"') ? shown : `"${shown}"`;
  switch (code) {
    case 'PropertyNameExpected':
      return `expected a key in double quotes, got ${got}`;
    case 'ValueExpected':
      return `expected a value, got ${got}`;
    case 'ColonExpected':
      return `expected ":", got ${got}`;
    case 'CommaExpected':
      return `expected "," or "${inObject ? '}' : ']'}", got ${got}`;
    case 'CloseBraceExpected':
      return `expected "," or "}", got ${got}`;
    case 'CloseBracketExpected':
      return `expected "," or "]", got ${got}`;
    case 'EndOfFileExpected':
      return `expected the end, got ${got}`;
    case 'InvalidCommentToken':
      return 'a comment, which JSON does not have';
    case 'UnexpectedEndOfNumber':
      return 'a number is not well formed';
    case 'InvalidSymbol':
      return `unexpected ${got}`;
    default: // UnexpectedEndOfString, InvalidUnicode, InvalidEscapeCharacter, InvalidCharacter
      return 'a string is not well formed';
  }
}
