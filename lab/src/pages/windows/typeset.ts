/**
 * @file Formulas as a book prints them: the library writes plain characters, which a page need not.
 */
export function typeset(text: string): string {
  return text
    .replaceAll(' - ', ' − ')
    .replaceAll(' * ', ' · ')
    .replaceAll('*', '·')
    .replaceAll(/(^|[\s(])-(?=\d)/g, '$1−')
    .trim();
}
