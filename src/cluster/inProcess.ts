/**
 * @file Ranks that are tasks of one process: what others do over a network, in one memory.
 *
 * For tests, and to see what a cluster does without one. Who comes first waits for the others; sums are taken in
 * float64 in the order of ranks. Ranks that call different operations, or in another order, are told so.
 */
import { FoveaError } from '../base/errors.ts';
import { halfToNumber, numberToHalf } from '../base/halfFloat.ts';
import type { Collectives, Numbers } from './collectives.ts';

interface Meeting {
  readonly what: string;
  readonly parts: Map<number, Uint8Array | Numbers>;
  readonly done: Promise<void>;
  finish(): void;
  fail(error: unknown): void;
}

/** `size` ranks; each is to be used by a task of its own. */
export function inProcessRanks(size: number): readonly Collectives[] {
  const hall = new Hall(size);
  return Array.from({ length: size }, (_, rank) => hall.rank(rank));
}

class Hall {
  readonly #size: number;
  /** Meetings that not all have come to, by their number; and how many each rank has been to. */
  readonly #meetings = new Map<string, Meeting>();
  readonly #attended = new Map<string, number>();
  #aborted: FoveaError | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  rank(rank: number): Collectives {
    const all = (what: string, part: Uint8Array | Numbers, meet: Meet) =>
      this.#attend('all', this.#size, { rank, what, part, meet });
    return {
      rank,
      size: this.#size,
      name: `${this.#size} ranks in one process`,
      allReduce: async (numbers, wire) => {
        await all(`allReduce of ${numbers.length}`, numbers, (parts) =>
          sum(parts, wire === 'float16'),
        );
      },
      sendReceive: (sent, received, other) => {
        const pair = [rank, other].sort((a, b) => a - b).join(' and ');
        const what = `sendReceive of ${sent.length}`;
        const part = sent.slice();
        const take = (parts: Parts) => received.set(parts.get(other) as Numbers);
        return this.#attend(pair, 2, { rank, what, part, meet: () => undefined }).then(take);
      },
      broadcast: (numbers) =>
        all(`broadcast of ${numbers.length}`, numbers, (parts) => {
          for (const part of parts.values())
            if (part !== parts.get(0)) part.set(parts.get(0) ?? []);
        }).then(() => undefined),
      gather: async (bytes) => {
        const parts = await all('gather', bytes.slice(), () => undefined);
        return Array.from({ length: this.#size }, (_, r) => parts.get(r) as Uint8Array);
      },
      group: async (colour) => {
        const said = await all('group', Float64Array.of(colour), () => undefined);
        const members = [...said.keys()]
          .filter((r) => said.get(r)?.[0] === colour)
          .sort((a, b) => a - b);
        const size = members.length;
        return {
          rank: members.indexOf(rank),
          size,
          allReduce: async (numbers, wire) => {
            const what = `allReduce of ${numbers.length}`;
            const meet = (parts: Parts) => sum(parts, wire === 'float16');
            await this.#attend(`of ${members}`, size, { rank, what, part: numbers, meet });
          },
        };
      },
      barrier: () => all('barrier', new Uint8Array(), () => undefined).then(() => undefined),
      abort: () => this.#abort(rank),
      abandon: () => this.#abort(rank),
      close: async () => undefined,
    };
  }

  async #attend(room: string, expected: number, { rank, what, part, meet }: Visit): Promise<Parts> {
    if (this.#aborted !== undefined) throw this.#aborted;
    const visits = this.#attended.get(`${room} ${rank}`) ?? 0;
    this.#attended.set(`${room} ${rank}`, visits + 1);
    const key = `${room} ${visits}`;
    const meeting = this.#meetings.get(key) ?? openMeeting(what);
    this.#meetings.set(key, meeting);
    meeting.parts.set(rank, part);
    if (meeting.what !== what) meeting.fail(outOfStep(meeting.what, what));
    else if (meeting.parts.size === expected) {
      this.#meetings.delete(key);
      meet(meeting.parts);
      meeting.finish();
    }
    await meeting.done;
    return meeting.parts;
  }

  #abort(rank: number): void {
    this.#aborted = new FoveaError(`rank ${rank} ended the run`);
    for (const meeting of this.#meetings.values()) meeting.fail(this.#aborted);
  }
}

type Parts = ReadonlyMap<number, Uint8Array | Numbers>;
type Meet = (parts: Parts) => void;

interface Visit {
  readonly rank: number;
  readonly what: string;
  readonly part: Uint8Array | Numbers;
  readonly meet: Meet;
}

function openMeeting(what: string): Meeting {
  const { promise: done, resolve: finish, reject: fail } = deferred();
  return { what, parts: new Map(), done, finish, fail };
}

function deferred() {
  let resolve = (): void => undefined;
  let reject = (_: unknown): void => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** In place, over all parts. */
function sum(parts: Parts, half: boolean): void {
  const own = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part as Numbers);
  const round = half ? (x: number) => halfToNumber(numberToHalf(x)) : (x: number) => x;
  for (let i = 0; i < own[0].length; i++) {
    let total = 0;
    for (const numbers of own) total += round(numbers[i]);
    total = round(total);
    for (const numbers of own) numbers[i] = total;
  }
}

const outOfStep = (first: string, second: string): FoveaError =>
  new FoveaError({
    problem: `one rank calls ${first} where another calls ${second}`,
    expected: 'the same operations in the same order on every rank',
  });
