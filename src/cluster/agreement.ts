/**
 * @file Whether all ranks were started alike: asked once, before the first step.
 *
 * Ranks of different versions, options, models or data would train something that nobody asked for, or wait for
 * each other for ever. Next stop: `collectives.ts`.
 */
import { UsageError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import type { Collectives } from './collectives.ts';

/** What must be equal on every rank, by what it is called: "the data" -> "mnist, 60000 pictures, digest ...". */
export type Facts = Readonly<Record<string, string>>;

/** Longer texts are cut in the error; the whole is compared. */
const MOST_SHOWN = 200;

/** Throws on every rank, with the same words, where one differs from rank 0. */
export async function checkAgreement(ranks: Collectives, facts: Facts): Promise<void> {
  const told = await ranks.gather(new TextEncoder().encode(JSON.stringify(facts)));
  const [first, ...others] = told.map((bytes, rank) => {
    const where = `what rank ${rank} says of itself`;
    return parseJson(new TextDecoder().decode(bytes), { where, expected: 'JSON' }) as Facts;
  });
  for (const [i, other] of others.entries()) {
    const names = [...new Set([...Object.keys(first ?? {}), ...Object.keys(other)])];
    const differs = names.find((name) => first?.[name] !== other[name]);
    if (differs === undefined) continue;
    const [expected, received] = shownApart(first?.[differs], other[differs]);
    throw new UsageError({
      problem: `rank ${i + 1} has another ${differs} than rank 0: ${received}`,
      expected: `${expected}, as rank 0 has`,
      fix: 'start the same command, the same version and the same data on every machine',
    });
  }
}

/** Both from a little before the place where they part. */
function shownApart(a = 'none', b = 'none'): [string, string] {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  const begin = Math.max(0, same - MOST_SHOWN / 4);
  const shown = (text: string): string => {
    const cut = text.slice(begin, begin + MOST_SHOWN);
    return `${begin > 0 ? '...' : ''}${cut}${begin + MOST_SHOWN < text.length ? '...' : ''}`;
  };
  return [shown(a), shown(b)];
}
