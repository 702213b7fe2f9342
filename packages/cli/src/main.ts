// demod: the program. It loads all else itself, so that a machine on which that fails is told why.

const program = await import('./program.js').catch((error: NodeJS.ErrnoException) => {
  process.stderr.write(`error: demod cannot be loaded: ${cause(error)}\n`);
  if (process.env.DEBUG) process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
await program.run();

/** With few file descriptors Node may say that a package is missing. */
function cause({ code, message }: NodeJS.ErrnoException): string {
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const files = Number(userLimits?.open_files?.soft);
  if (code === 'EMFILE' || files < 256) {
    return `it may open ${files} files, which are too few; allow more (\`ulimit -n 1024\`)`;
  }
  return message.split('\n')[0]!;
}
