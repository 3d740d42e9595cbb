/**
 * @file Mutants with their file and line, and a name that stays while other lines of the room change.
 */
import { at } from '../../src/base/lists.ts';
import { type Mutant, mutantsOf } from './mutants.ts';

export interface Placed extends Mutant {
  readonly file: string;
  readonly line: number;
  /** Of the piece, counted from 1: a line may have two of the same. */
  readonly column: number;
  /** The text of that line, without its indentation. */
  readonly lineText: string;
  /** The text of the line above. */
  readonly above: string;
  /** What is replaced. */
  readonly piece: string;
  /** What the line becomes. */
  readonly becomes: string;
  /** Of no two the same. */
  readonly key: string;
}

export function placedMutants(file: string, text: string): Placed[] {
  const lines = text.split('\n');
  const counts = new Map<string, number>();
  return mutantsOf(text).map((mutant) => {
    const { start, end, replacement } = mutant;
    const line = text.slice(0, start).split('\n').length;
    const lineText = at(lines, line - 1, 'line').trim();
    const above = lines[line - 2]?.trim() ?? '';
    const piece = text.slice(start, end);
    const from = text.lastIndexOf('\n', start) + 1;
    const column = start - from + 1;
    const [rest = ''] = text.slice(end).split('\n');
    const becomes = `${text.slice(from, start)}${replacement}${rest}`.trim();
    const name = [file, lineText, piece, replacement].join('\n');
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const key = `${name}\n${count}`;
    return { ...mutant, file, line, column, lineText, above, piece, becomes, key };
  });
}

/** "old -> new", short. */
export function changeOf({ piece, replacement }: Placed): string {
  const short = (text: string) => text.replace(/\s+/g, ' ').slice(0, 60);
  return `${short(piece)} -> ${short(replacement)}`;
}
