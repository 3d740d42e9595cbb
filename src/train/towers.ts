/**
 * @file Training by two towers: each rank holds one, as the graphics cards of 2012 did.
 *
 * Both take all rows of every batch and exchange what some layers need of the other half; of several pairs each takes its
 * part of the rows, and the sums of gradients go among those that hold the same tower. What is told, saved and left when
 * training is over is the whole model. Before: `holding.ts`. Next stop: `nn/towers/towerPlan.ts`.
 */
import type { Exchange, Scope } from '../backends/backend.ts';
import { UsageError } from '../base/errors.ts';
import type { Collectives, Group } from '../cluster/collectives.ts';
import { oneRank } from '../cluster/oneRank.ts';
import type { Share } from '../data/batches/batches.ts';
import type { Graph } from '../graph/node.ts';
import type { MeasureOptions } from '../nn/losses/objectives.ts';
import type { Optimizer } from '../nn/optimizers/optimizer.ts';
import { float32 } from '../nn/precision/precision.ts';
import { inferenceGraph, parameterNames } from '../nn/programs/programs.ts';
import {
  sharedTowerGraph,
  towerEvaluationGraph,
  towerTrainingGraph,
} from '../nn/programs/towerStep.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { exchangeName } from '../nn/towers/towerLayers.ts';
import { TOWERS, type TowerPlan, towerPlan } from '../nn/towers/towerPlan.ts';
import { cutState, type HeldState, heldStates, joinState } from '../nn/towers/towerStates.ts';
import type { StateValue } from '../nn/trained.ts';
import type { Holding, Numbers } from './holding.ts';
import type { Programs } from './runners/programs.ts';
import { RanksRunner, stepOptionsOf } from './runners/ranks.ts';
import type { OpenRunner } from './runners/runner.ts';
import { type Pairs, Wire } from './runners/wire.ts';
import { restoreStates } from './snapshots/snapshot.ts';

export class Towers implements Holding {
  readonly isShared = true;
  readonly exchange: Exchange;
  /** The pairs, as this rank's number among those of its tower says. */
  readonly rows: Group;
  readonly #plan: TowerPlan;
  readonly #ranks: Collectives;
  readonly #tower: number;
  readonly #wire: Wire;

  private constructor(ranks: Collectives, plan: TowerPlan, pairs: Pairs) {
    this.#plan = plan;
    this.#ranks = ranks;
    this.#tower = towerOf(ranks);
    this.rows = pairs.rows;
    const last = plan.layers.find(({ role }) => role === 'sum')?.whole.spec.name ?? '';
    this.#wire = new Wire(ranks, { carrier: exchangeName(last), pairs, counts: true });
    this.exchange = this.#wire.exchange;
  }

  /** `spec`: as it is trained. Throws where it has no towers, or an odd number of ranks holds them. */
  static async open(ranks: Collectives, spec: ModelSpec): Promise<Towers> {
    const plan = checkTowers(ranks, spec);
    const isOne = ranks.size === TOWERS;
    const pair = isOne ? ranks : await ranks.group(Math.floor(ranks.rank / TOWERS));
    const rows = isOne ? oneRank : await ranks.group(towerOf(ranks));
    return new Towers(ranks, plan, { pair, rows });
  }

  /** The rows of each batch that this rank's pair takes; undefined: all. */
  get share(): Share | undefined {
    const { rank, size } = this.rows;
    return size === 1 ? undefined : { rank, of: size };
  }

  readonly runner: OpenRunner = (request) => {
    checkOptimizer(request.optimizer);
    checkPrecision(request.precision);
    const options = stepOptionsOf(request);
    return new RanksRunner(request, this.#wire, (rows) =>
      this.share === undefined
        ? towerTrainingGraph(this.#plan, this.#tower, options, rows.count)
        : sharedTowerGraph(this.#plan, this.#tower, options, rows),
    );
  };

  evaluationGraph(_: ModelSpec, options: MeasureOptions, batchSize: number): Graph {
    return towerEvaluationGraph(this.#plan, this.#tower, options, batchSize);
  }

  own(states: Numbers, optimizer?: Optimizer): Numbers {
    const own = new Map(states);
    for (const held of heldStates(this.#plan, optimizer)) {
      const state = states.get(held.name);
      if (state === undefined) continue;
      own.set(held.name, { data: cutState(held, numbersOf(state), this.#tower) });
    }
    return own;
  }

  async whole(states: ReadonlyMap<string, StateValue>, optimizer?: Optimizer) {
    const whole = new Map(states);
    for (const held of heldStates(this.#plan, optimizer)) {
      const state = states.get(held.name);
      if (state === undefined) continue;
      const data = await this.#joined(held, numbersOf(state));
      whole.set(held.name, { shape: held.shape, data });
    }
    return whole;
  }

  async #joined(held: HeldState, own: Float32Array): Promise<Float32Array> {
    if (held.turn === undefined) return own;
    const other = new Float32Array(own.length);
    await this.#ranks.sendReceive(own, other, this.#ranks.rank ^ 1);
    return joinState(held, this.#tower === 0 ? [own, other] : [other, own]);
  }

  async gather(scope: Scope, spec: ModelSpec, programs: Programs): Promise<void> {
    const own = new Map<string, StateValue>();
    const names = new Set(parameterNames(spec));
    for (const { name, shape } of scope.states()) {
      if (names.has(name)) own.set(name, { shape, data: await scope.readState(name) });
    }
    const whole = await this.whole(own);
    programs.close();
    scope.free();
    // A program that knows the states gives them their places.
    const program = scope.compile(inferenceGraph(spec, 1));
    restoreStates(scope, names, whole);
    program.close();
  }
}

/** Parameters and slots are float32. */
const numbersOf = ({ data }: Pick<StateValue, 'data'>): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);

/** Ranks 0 and 1 are a pair, 2 and 3 another. */
const towerOf = ({ rank }: Collectives): number => rank % TOWERS;

/** Throws where ranks cannot train a network by its towers. */
export function checkTowers({ size }: Collectives, spec: ModelSpec): TowerPlan {
  if (size % TOWERS === 0) return towerPlan(spec);
  throw new UsageError({
    problem: `${size} ${size === 1 ? 'rank' : 'ranks'} for ${TOWERS} towers`,
    expected: 'a rank for each tower, or several such pairs, which share the rows of each batch',
    fix: `start ${TOWERS} ranks, or ${2 * TOWERS}: mpirun -n ${TOWERS}`,
  });
}

/** A step is skipped by what is found in all gradients, and each tower has half of them. */
function checkPrecision(precision = float32): void {
  if (precision === float32) return;
  throw new UsageError({
    option: 'precision',
    problem:
      'half precision skips steps by looking at all gradients, and each tower has half of them',
    expected: 'float32',
    fix: 'train by one process, or by ranks that share the rows of each batch',
  });
}

/** What looks at all gradients or at all rows at once would see a half. */
function checkOptimizer({ spec, preparation }: Optimizer): void {
  const isClipped = 'clipNorm' in spec && spec.clipNorm !== undefined;
  if (preparation === undefined && !isClipped) return;
  throw new UsageError({
    option: isClipped ? 'clipNorm' : 'optimizer',
    problem: isClipped
      ? 'the norm is taken over all gradients, and each tower has half of them'
      : `${spec.kind} measures curvatures of the whole network`,
    expected: isClipped ? 'clipValue, or no clipping' : 'sgd, adam or another that needs gradients',
    fix: 'train by one process, or by ranks that share the rows of each batch',
  });
}
