/**
 * @file A kernel's decisions and its counts in words, as every backend lists them.
 */

/** A kernel's plan: plain data. */
export type PlanValues = Readonly<Record<string, unknown>>;

/** name=value pairs, as many to a line as fit. */
export function planText(plan: PlanValues): string[] {
  const words = Object.entries(plan).map(([name, value]) => `${name}=${valueText(value)}`);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 92) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}:${valueText(inner)}`)
      .join(',')}}`;
  return String(value);
}

/** 950, 12 k, 3.4 M, 1.25 G */
export function formatCount(n: number): string {
  if (n < 1e4) return String(n);
  if (n < 1e6) return `${(n / 1e3).toFixed(0)} k`;
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} M` : `${(n / 1e9).toFixed(2)} G`;
}
