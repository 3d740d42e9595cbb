/**
 * @file Foreign text made safe to print: no escape sequences, no forged lines, no endless names.
 *
 * Names of files and classes come from other people. A terminal obeys control characters, so these are shown
 * as JSON writes them (`\u001b`), and so are the marks that turn the direction of writing round.
 */

/** Controls (C0, DEL, C1), lone surrogates, line and paragraph separators, bidirectional overrides. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** A name or a cell: one line of at most `most` characters. */
export function printable(text: string, most = 200): string {
  return shortened(text, most).replace(UNSAFE, escaped);
}

/** Text of our own with foreign names in it: its line ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE, (unsafe) =>
    unsafe === '\n' || unsafe === '\t' ? unsafe : escaped(unsafe),
  );
}

/** Any value from a foreign file, as JSON, in few characters; never throws. */
export function shownValue(value: unknown, most = 80): string {
  if (typeof value === 'object' && value !== null) {
    try {
      return printable(JSON.stringify(value) ?? typeof value, most);
    } catch {
      return 'a value that has no JSON';
    }
  }
  return printable(typeof value === 'string' ? JSON.stringify(value) : String(value), most);
}

/** The beginning of a long text, and how much is left out; no character is cut in two. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
  return `${kept}... (${text.length - kept.length} characters more)`;
}

function escaped(unsafe: string): string {
  return `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
