/**
 * @file Prose broken at words, for a terminal of any width and for pipes.
 */

/** Columns of a pipe or a file, and the most that is read with ease. */
const MOST = 100;
/** Below this, breaking helps nobody. */
const LEAST = 20;

export function proseWidth(columns: number | undefined = process.stdout.columns): number {
  return Math.max(LEAST, Math.min(MOST, columns === undefined || columns === 0 ? MOST : columns));
}

/**
 * Breaks each line at spaces so that none is longer than `width`, unless a single word is. What a line begins
 * with ("  - ", spaces) is kept, and its further lines begin below the first word.
 */
export function wrapped(prose: string, width = proseWidth()): string {
  return prose
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  if (line.length <= width) return line;
  const start = /^\s*(?:- )?/.exec(line)?.[0] ?? '';
  const indent = ' '.repeat(start.length);
  const lines: string[] = [];
  let current = start;
  for (const word of line.slice(start.length).split(' ')) {
    const isFirst = current === start || current === indent;
    if (!isFirst && current.length + 1 + word.length > width) {
      lines.push(current);
      current = indent + word;
    } else current += isFirst ? word : ` ${word}`;
  }
  return [...lines, current].join('\n');
}
