// What a command leaves on stdout: its result, for people or for programs.

export function printResult({ json }: { json: boolean }, result: object, text: readonly string[]): void {
  process.stdout.write(`${json ? JSON.stringify(result) : text.join('\n')}\n`);
}
