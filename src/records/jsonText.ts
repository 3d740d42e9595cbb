/**
 * @file JSON for people: indented, but lists of numbers on one line ("kernelSize": [5, 5]).
 */

export function jsonText(value: unknown): string {
  // A line break within a JSON string is escaped: what stands between breaks here is a list.
  const text = JSON.stringify(value, null, 2).replace(
    /\[\n\s+([-\d.eE+]+(?:,\n\s+[-\d.eE+]+)*)\n\s+\]/g,
    (_, numbers: string) => `[${numbers.replace(/\n\s+/g, ' ')}]`,
  );
  return `${text}\n`;
}
