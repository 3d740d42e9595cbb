/**
 * @file What a sample of mutants says of all: the share that is noticed, and where the true share may lie.
 */

export interface Score {
  readonly noticed: number;
  readonly tried: number;
}

/** Wilson's interval of 95 %, as shares. */
export function intervalOf({ noticed, tried }: Score): readonly [number, number] {
  if (tried === 0) return [0, 1];
  const z = 1.96;
  const share = noticed / tried;
  const middle = share + z ** 2 / (2 * tried);
  const spread = z * Math.sqrt((share * (1 - share)) / tried + z ** 2 / (4 * tried ** 2));
  const scale = 1 + z ** 2 / tried;
  return [(middle - spread) / scale, (middle + spread) / scale];
}

export function scoreLine(room: string, score: Score, all: number): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const [low, high] = intervalOf(score);
  const share = score.tried === 0 ? 'none tried' : percent(score.noticed / score.tried);
  return `| ${room} | ${all} | ${score.tried} | ${score.noticed} | ${share} | ${percent(low)} to ${percent(high)} |`;
}
