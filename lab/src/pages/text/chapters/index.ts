/**
 * @file THE table of contents: the chapters in their order. A new chapter is one file and one line here.
 */
import type { Chapter } from '../chapter.ts';
import { alexnet } from './alexnet.ts';
import { alexnetCifar10 } from './alexnetCifar10.ts';
import { alexnetParts } from './alexnetParts.ts';
import { alexnetRoles } from './alexnetRoles.ts';
import { alexnetTable } from './alexnetTable.ts';
import { lenet5 } from './lenet5.ts';
import { lenet5Limits } from './lenet5Limits.ts';
import { lenet5Training } from './lenet5Training.ts';
import { minMax } from './minMax.ts';
import { padding } from './padding.ts';
import { pooling } from './pooling.ts';
import { whyItWon } from './whyItWon.ts';
import { zeroValid } from './zeroValid.ts';

export const chapters: readonly Chapter[] = [
  pooling,
  minMax,
  padding,
  zeroValid,
  lenet5,
  lenet5Limits,
  lenet5Training,
  alexnet,
  alexnetTable,
  alexnetRoles,
  whyItWon,
  alexnetParts,
  alexnetCifar10,
];
