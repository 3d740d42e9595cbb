/**
 * @file What a sample of mutants says of all: the share that is noticed, and where the true share may lie.
 */

export interface Score {
  readonly noticed: number;
  readonly tried: number;
  readonly equivalent: number;
}

/** Wilson's interval of 95 %, as shares. */
export function intervalOf({
  noticed,
  tried,
}: Omit<Score, 'equivalent'>): readonly [number, number] {
  if (tried === 0) return [0, 1];
  const z = 1.96;
  const share = noticed / tried;
  const middle = share + z ** 2 / (2 * tried);
  const spread = z * Math.sqrt((share * (1 - share)) / tried + z ** 2 / (4 * tried ** 2));
  const scale = 1 + z ** 2 / tried;
  return [(middle - spread) / scale, (middle + spread) / scale];
}

export const scoreHead = `| room | mutants | tried | equivalent | noticed | share | 95 % |
| --- | --- | --- | --- | --- | --- | --- |`;

/** Equivalent mutants are tried but do not count. */
export function scoreLine(room: string, score: Score, all: number): string {
  const { noticed, equivalent } = score;
  const tried = score.tried - equivalent;
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const [low, high] = intervalOf({ noticed, tried });
  const share = tried === 0 ? 'none tried' : percent(noticed / tried);
  return `| ${room} | ${all} | ${score.tried} | ${equivalent} | ${noticed} | ${share} | ${percent(low)} to ${percent(high)} |`;
}
