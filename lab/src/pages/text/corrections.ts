/**
 * @file The places where texts on these networks are inexact, by name: each has its place in one chapter.
 *
 * The chapters hold the words, the numbers and the sources; this list holds `text.test.ts` to its promise that
 * none is left out. Next stop: `chapter.ts`.
 */

export const correctionNames = [
  'zeroIsTheFill',
  'amountOfSame',
  'strideDecides',
  'equalOpportunity',
  'invariance',
  'mirrorImages',
  'poolingHasNoParameters',
  'scaledTanh',
  'noSoftmaxIn1998',
  'smallestWins',
  'fixedCodes',
  'tableOne',
  'inputField',
  'kerasLenet',
  'normalizationBeforePooling',
  'whoseAccuracy',
  'sixtyMillion',
  'denseBiases',
  'multiplyAdds',
  'sharesByConvention',
  'placeOfDropout',
  'noReluOnScores',
  'input227',
  'authors',
  'localResponseNormalization',
  'augmentation',
  'noPretraining',
  'dropoutAtTest',
  'notAlexnet',
  'oneRun',
  'lossByName',
  'receptiveField',
  'pixelRange',
] as const;

export type CorrectionName = (typeof correctionNames)[number];
