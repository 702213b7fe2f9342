// A strict JSON parser that says where the text is wrong, and refuses keys given twice.
//
// JSON.parse does neither: on Node 20 most of its messages have no position, and of two equal keys it
// silently keeps the last.

export class JsonSyntaxError extends Error {
  constructor(
    message: string,
    /** Index into the text where it stops being JSON. */
    readonly position: number,
  ) {
    super(message);
  }
}

// Strings may hold any character but quotes, backslashes and the control characters below U+0020.
const TOKEN =
  /[{}[\],:]|"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;
const SPACE = /[ \t\r\n]*/y;
const MAX_DEPTH = 100;

/** The value that a JSON text stands for. @throws JsonSyntaxError */
export function parseJson(text: string): unknown {
  let position = 0;
  let token = '';

  function fail(message: string): never {
    throw new JsonSyntaxError(message, position);
  }

  /** Moves on to the next token; '' at the end of the text. */
  function advance(): void {
    SPACE.lastIndex = position + token.length;
    SPACE.exec(text);
    position = SPACE.lastIndex;
    TOKEN.lastIndex = position;
    token = TOKEN.exec(text)?.[0] ?? '';
    if (token === '' && position < text.length) {
      fail(
        text[position] === '"'
          ? 'a string is not well formed'
          : `unexpected ${JSON.stringify(text[position])}`,
      );
    }
  }

  function expect(...wanted: string[]): string {
    const found = token;
    if (!wanted.includes(found))
      fail(`expected ${wanted.map(w => `"${w}"`).join(' or ')}, got ${name(found)}`);
    advance();
    return found;
  }

  function value(depth: number): unknown {
    if (depth > MAX_DEPTH) fail(`nested more than ${MAX_DEPTH} deep`);
    if (token === '{') return object(depth);
    if (token === '[') return array(depth);
    if (token === '' || /^[}\],:]/.test(token)) fail(`expected a value, got ${name(token)}`);
    const result: unknown = JSON.parse(token);
    advance();
    return result;
  }

  function object(depth: number): unknown {
    const entries = new Map<string, unknown>();
    advance();
    if (token !== '}') {
      do {
        if (!token.startsWith('"')) fail(`expected a key in double quotes, got ${name(token)}`);
        const key: string = JSON.parse(token);
        if (entries.has(key)) fail(`the key ${JSON.stringify(key)} is given twice`);
        advance();
        expect(':');
        entries.set(key, value(depth + 1));
      } while (separator('}'));
    }
    advance();
    return Object.fromEntries(entries);
  }

  function array(depth: number): unknown {
    const items: unknown[] = [];
    advance();
    if (token !== ']') {
      do items.push(value(depth + 1));
      while (separator(']'));
    }
    advance();
    return items;
  }

  /** True after a comma; false, and still there, at the closing bracket. */
  function separator(close: string): boolean {
    return token !== close && expect(',', close) === ',';
  }

  advance();
  const result = value(0);
  if (token !== '') fail(`expected the end, got ${name(token)}`);
  return result;
}

function name(token: string): string {
  return token === '' ? 'the end of the text' : token.startsWith('"') ? token : `"${token}"`;
}
