/**
 * @file Prose broken at words, for a terminal of any width. What goes into a pipe or a file is not broken.
 */

/** The most columns that are read with ease. */
const MOST = 100;
/** Below this, breaking helps nobody. */
const LEAST = 20;

/** For a stream of so many columns; a pipe, a file and a terminal that does not tell have none. */
export function proseWidth(columns: number | undefined): number {
  if (columns === undefined || columns === 0) return Number.POSITIVE_INFINITY;
  return Math.max(LEAST, Math.min(MOST, columns));
}

/**
 * Breaks each line at spaces so that none is longer than `width`, unless a single word is. What a line begins
 * with ("  - ", spaces) is kept, and its further lines begin below the first word. Lines of a table, with two spaces
 * between words, stay as they are.
 */
export function wrapped(prose: string, width = proseWidth(process.stdout.columns)): string {
  return prose
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  if (line.length <= width || /\S {2}/.test(line)) return line;
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
