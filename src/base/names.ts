/**
 * @file Names of tables as types: a misspelt name in code does not compile.
 */

/**
 * What a function takes where it wants one of `Name`: a literal must be one of them; a text that is known only
 * when the program runs is looked up then.
 *
 *     function loadDataset<N extends string>(name: Known<N, DatasetName>)
 */
export type Known<Given extends string, Name extends string> = string extends Given
  ? Given
  : Given extends Name
    ? Given
    : Name;
