/**
 * @file The programs of one tower of two: the training step and the evaluation, on all rows of a batch.
 *
 * The graphs are those of the whole network over the layers of one tower, with an order for what is exchanged. Both
 * compute the loss alike, each the gradients of its own half. Before: `../towers/towerLayers.ts`.
 * Next stop: `train/runners/ranks.ts`, which runs them.
 */
import type { Graph } from '../../graph/node.ts';
import type { MeasureOptions } from '../losses/objectives.ts';
import type { RowShare } from '../rowShare.ts';
import { towerLayers } from '../towers/towerLayers.ts';
import type { TowerPlan } from '../towers/towerPlan.ts';
import { evaluationGraph, type TrainingOptions, trainingGraph } from './programs.ts';
import { orderExchanges, sharedTrainingGraph } from './sharedStep.ts';

/** `tower`: 0 or 1. Inputs, outputs and updates as `trainingGraph` has them, states of half the numbers. */
export function towerTrainingGraph(
  plan: TowerPlan,
  tower: number,
  options: TrainingOptions,
  batchSize: number,
): Graph {
  const own = { ...options, tower: towerLayers(plan, tower) };
  return orderExchanges(trainingGraph(plan.spec, own, batchSize));
}

/** The same of one pair of several, each of which takes its rows of the batch. */
export function sharedTowerGraph(
  plan: TowerPlan,
  tower: number,
  options: TrainingOptions,
  rows: RowShare,
): Graph {
  return sharedTrainingGraph(plan.spec, { ...options, tower: towerLayers(plan, tower), rows });
}

/** As `evaluationGraph`, for one tower. */
export function towerEvaluationGraph(
  plan: TowerPlan,
  tower: number,
  options: MeasureOptions,
  batchSize: number,
): Graph {
  const own = { ...options, tower: towerLayers(plan, tower) };
  return orderExchanges(evaluationGraph(plan.spec, own, batchSize));
}
