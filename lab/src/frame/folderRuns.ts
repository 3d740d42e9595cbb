/**
 * @file The runs of the folder that `fovea lab` was started in, as its server hands them on.
 *
 * Previous stop: `server.ts`, whether there is one. Used by Runs, and by Look, which looks through them.
 */
import {
  decodeSpec,
  decodeWeights,
  FoveaError,
  type ListedRun,
  type TrainedModel,
} from 'fovea/web';
import { hasServer } from './server.ts';
import { askServer } from './token.ts';

export interface FolderRuns {
  /** Where the lab was started. */
  readonly folder: string;
  readonly runs: readonly ListedRun[];
}

/** Undefined where no lab's server answers, as on a static host. */
export async function listFolder(): Promise<FolderRuns | undefined> {
  if (!(await hasServer())) return undefined;
  return (await passed(await askServer('api/runs'))).json();
}

/** A file of a run, its zip, or what the server works out of it. Throws its refusal in its words. */
export async function askOfRun(
  name: string,
  what: string,
  options: RequestInit = {},
): Promise<Response> {
  return passed(await askServer(`api/runs/${encodeURIComponent(name)}/${what}`, options));
}

/** The network of a run with its weights. */
export async function modelOfRun(name: string): Promise<TrainedModel> {
  const bytesOf = async (file: string) =>
    new Uint8Array(await (await askOfRun(name, file)).arrayBuffer());
  const spec = decodeSpec(await bytesOf('model.json'), `${name}/model.json`);
  return decodeWeights(await bytesOf('weights.safetensors'), spec, `${name}/weights.safetensors`);
}

async function passed(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const refusal: { problem?: string; fix?: string } = await answer.json().catch(() => ({}));
  const { problem = `the lab's server answers ${answer.status}`, fix } = refusal;
  throw new FoveaError({ problem, ...(fix === undefined ? {} : { fix }) });
}
