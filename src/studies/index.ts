/**
 * @file THE table of studies: one file and one line each.
 */
import { unknownName } from '../base/errors.ts';
import { ablationAugmentation } from './ablationAugmentation.ts';
import { ablationDropout } from './ablationDropout.ts';
import { ablationLrn } from './ablationLrn.ts';
import { ablationOverlap } from './ablationOverlap.ts';
import { ablationTowers } from './ablationTowers.ts';
import { batchSize } from './batchSize.ts';
import { depth } from './depth.ts';
import { initialisation } from './initialisation.ts';
import { learningRate } from './learningRate.ts';
import { lenetRobustness } from './lenetRobustness.ts';
import { lenetTable } from './lenetTable.ts';
import { paddingBorder } from './paddingBorder.ts';
import { poolingCost } from './poolingCost.ts';
import { poolingInvariance } from './poolingInvariance.ts';
import { poolingNoise } from './poolingNoise.ts';
import { pretraining } from './pretraining.ts';
import { reluVsTanh } from './reluVsTanh.ts';
import type { Study } from './study.ts';
import { textAlexnet, textLenet } from './textRecipes.ts';

const studies = [
  poolingInvariance,
  poolingNoise,
  poolingCost,
  paddingBorder,
  reluVsTanh,
  ablationLrn,
  ablationOverlap,
  ablationDropout,
  ablationAugmentation,
  ablationTowers,
  depth,
  lenetRobustness,
  lenetTable,
  pretraining,
  textLenet,
  textAlexnet,
  batchSize,
  learningRate,
  initialisation,
] as const satisfies readonly Study[];

export const studyNames: readonly string[] = studies.map(({ name }) => name);

export const allStudies: readonly Study[] = studies;

/** The study of that name; throws a UsageError that suggests the nearest name. */
export function studyOf(name: string): Study {
  const found = allStudies.find((study) => study.name === name);
  if (found === undefined) throw unknownName('study', name, studyNames, true);
  return found;
}
