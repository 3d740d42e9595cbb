/**
 * @file Finds a key that stands twice in one object of a JSON text, which JSON.parse passes over in silence.
 *
 * Two readers may take different ones of the two, so a strict format refuses both. For valid JSON only.
 */

import { closingQuote } from '../../base/json.ts';

const COLON = /\s*:/y;

/** The first duplicate key, unescaped; undefined where there is none. */
export function findDuplicateKey(json: string): string | undefined {
  const open: Set<string>[] = []; // keys of the objects around `at`; arrays hold an unused set
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = at;
      at = closingQuote(json, at);
      COLON.lastIndex = at + 1;
      if (!COLON.test(json)) continue;
      const key = JSON.parse(json.slice(start, at + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
