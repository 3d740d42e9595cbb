/**
 * @file Words in the room a drawing has for them, and bytes as the letters of an address.
 */

/** The first letters of a name that is longer than its place. */
export function cutTo(words: string, most: number): string {
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

/** Lines of so many letters at most, broken between words; a longer word has a line of its own. */
export function brokenAt(words: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A PNG as an address that a drawing or a page can hold. */
export function pngAddress(png: Uint8Array): string {
  let letters = '';
  // In pieces, since a call takes some ten thousand arguments at most.
  for (let start = 0; start < png.length; start += 8192) {
    letters += String.fromCharCode(...png.subarray(start, start + 8192));
  }
  return `data:image/png;base64,${btoa(letters)}`;
}
