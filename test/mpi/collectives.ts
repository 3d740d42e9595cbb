/** @file One rank of an MPI job: every operation once, its outcome as a line of JSON. Run by `mpi.test.ts`. */
import { openMpi } from '../../src/cluster/mpi/openMpi.node.ts';

const ranks = await openMpi();
const { rank, size } = ranks;
const memory = new WebAssembly.Memory({ initial: 200, maximum: 400, shared: true });
const long = new Float32Array(memory.buffer, 64, 2 ** 20 + 7).fill(rank + 1);
const few = Int32Array.of(rank, 10 * rank, -1);
const precise = Float64Array.of(rank + 0.1);
const half = Float32Array.from({ length: 5 }, (_, i) => 0.1 * (i + 1) * (rank + 1));
await Promise.all([
  ranks.allReduce(long),
  ranks.allReduce(few),
  ranks.allReduce(precise),
  ranks.allReduce(half, 'float16'),
]);
const received = new Float32Array(2);
await ranks.sendReceive(Float32Array.of(rank, 7), received, rank ^ 1);
const told = rank === 0 ? Float64Array.of(Math.PI) : new Float64Array(1);
await ranks.broadcast(told);
// All together, and each by itself.
const groups = [await ranks.group(7), await ranks.group(rank)];
const among = groups.map(() => Float32Array.of(rank + 1));
await Promise.all(groups.map((group, i) => group.allReduce(among[i]!)));
const gathered = await ranks.gather(new TextEncoder().encode('x'.repeat(rank + 1)));
await ranks.barrier();
const line = {
  rank,
  size,
  name: ranks.name,
  long: [long[0], long[2 ** 19], long[long.length - 1]],
  few: [...few],
  precise: [...precise],
  half: [...half],
  received: [...received],
  told: [...told],
  groups: groups.map((group, i) => [group.rank, group.size, among[i]![0]]),
  gathered: gathered.map((bytes) => bytes.length),
};
await ranks.close();
console.log(JSON.stringify(line));
