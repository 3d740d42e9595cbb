/**
 * @file A model server as one function from request to answer: which route asks what of whom.
 *
 * It knows no socket; `openModelServer.ts` puts it behind one. Next stops: `pictureRequests.ts`, `tensorRequests.ts`.
 */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { messageOf } from '../../base/errors.ts';
import { onlyKnownOrigins, onlyNamedHosts, onlyWithBearer } from './guards.ts';
import type { ServerMetrics } from './metrics.ts';
import { openApi } from './openApi.ts';
import { pictureTask } from './pictureRequests.ts';
import { answerProblem, HttpProblem } from './problems.ts';
import type { ServedModel } from './served.ts';
import type { Result, Task } from './tasks.ts';
import { inferAnswer, modelMetadata, serverMetadata } from './tensorAnswers.ts';
import { JSON_LENGTH, tensorRequest } from './tensorRequests.ts';
import { tryPage } from './tryPage.ts';

export interface ModelAppParts {
  readonly models: readonly ServedModel[];
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  readonly token: string | undefined;
  /** Bytes of a request. */
  readonly maxBody: number;
  /** Requests in hand, beyond which the next is sent away. */
  readonly maxRequests: number;
  /** Milliseconds after which a request is given up. */
  readonly timeout: number;
  readonly metrics: ServerMetrics;
  /** Whether it takes new requests: no more once it stops. */
  isReady(): boolean;
  submit(model: ServedModel, task: Task, signal: AbortSignal): Promise<Result>;
  readonly onBug: (error: unknown) => void;
}

export function modelApp(parts: ModelAppParts): Hono {
  const { models, hosts, origins, token, metrics, onBug } = parts;
  const app = new Hono();
  const admit = admission(parts);
  app.onError((error, c) => {
    if (error instanceof HttpProblem) return answerProblem(c, error);
    // A body that ends before its time: nobody is there to be answered.
    if (c.req.raw.signal.aborted || (error as NodeJS.ErrnoException).code === 'ECONNRESET') {
      return answerProblem(c, new HttpProblem(408, GONE));
    }
    onBug(error);
    return answerProblem(
      c,
      new HttpProblem(500, 'the server failed at this; what happened stands on its terminal'),
    );
  });
  app.notFound((c) =>
    answerProblem(
      c,
      new HttpProblem(404, {
        problem: `there is no ${c.req.method} ${c.req.path.slice(0, 200)}`,
        expected: 'what /openapi.json lists',
      }),
    ),
  );
  app.use(onlyNamedHosts(hosts), onlyKnownOrigins(hosts, origins));
  app.get('/v2/health/live', (c) => c.json({ live: true }));
  app.get('/v2/health/ready', (c) =>
    c.json({ ready: parts.isReady() }, parts.isReady() ? 200 : 503),
  );
  app.get('/', (c) =>
    c.html(tryPage.body, 200, {
      'content-security-policy': tryPage.policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    }),
  );
  if (token !== undefined) app.use(onlyWithBearer(token));
  app.get('/metrics', async (c) =>
    c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  app.get('/openapi.json', (c) => c.json(openApi(models, token !== undefined)));
  app.get('/v1/models', (c) => c.json({ models: models.map(modelFacts) }));
  app.get('/v1/models/:name', (c) => c.json(modelFacts(named(models, c))));
  app.get('/v2', (c) => c.json(serverMetadata));
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get(path, (c) => c.json(modelMetadata(named(models, c))));
    app.get(`${path}/ready`, (c) =>
      c.json({ name: named(models, c).name, ready: parts.isReady() }),
    );
    app.post(`${path}/infer`, counted(parts, 'infer'), ...admit, async (c) => infer(c, parts));
  }
  app.post('/v1/models/:name/predict', counted(parts, 'predict'), ...admit, async (c) =>
    predict(c, parts),
  );
  return app;
}

const GONE = 'whoever asked has gone';

const modelFacts = ({ name, classes, inputs, pictures }: ServedModel) => ({
  name,
  inputShape: inputs[0]?.shape,
  classes,
  readsPictures: typeof pictures !== 'string',
});

function named(models: readonly ServedModel[], c: Context): ServedModel {
  const { name = '', version = '1' } = c.req.param();
  const model = models.find((one) => one.name === name);
  if (model !== undefined && version === '1') return model;
  throw new HttpProblem(404, {
    problem:
      model === undefined
        ? `there is no model "${name.slice(0, 100)}"`
        : `"${name}" has no version "${version.slice(0, 40)}"`,
    expected: model === undefined ? models.map((one) => one.name).join(', ') : 'version 1',
  });
}

/** Counts a request of a model when it is answered, whatever the answer. */
function counted({ models, metrics }: ModelAppParts, route: string): MiddlewareHandler {
  return async (c, next) => {
    const model = named(models, c).name;
    const end = metrics.seconds.startTimer({ model, route });
    await next();
    end();
    metrics.requests.inc({ model, route, status: c.res.status });
  };
}

/** Before a body is read: is there room, and is the body small enough? */
function admission(parts: ModelAppParts): [MiddlewareHandler, MiddlewareHandler] {
  const { metrics, maxBody, maxRequests } = parts;
  let inHand = 0;
  const gate: MiddlewareHandler = async (_, next) => {
    if (!parts.isReady())
      throw new HttpProblem(503, 'the server is stopping', { 'retry-after': '5' });
    if (inHand >= maxRequests) {
      const words = { problem: `${inHand} requests are in hand`, fix: 'ask again in a second' };
      throw new HttpProblem(429, words, { 'retry-after': '1' });
    }
    metrics.inHand.set(++inHand);
    try {
      await next();
    } finally {
      metrics.inHand.set(--inHand);
    }
  };
  const limit = bodyLimit({
    maxSize: maxBody,
    onError: () => {
      const words = { problem: 'the request is too large', expected: `at most ${maxBody} bytes` };
      throw new HttpProblem(413, words, { connection: 'close' });
    },
  });
  return [gate, limit];
}

async function predict(c: Context, parts: ModelAppParts): Promise<Response> {
  const model = named(parts.models, c);
  if (typeof model.pictures === 'string') {
    throw new HttpProblem(400, {
      problem: model.pictures,
      expected: 'a network that reads pictures and names classes',
      fix: `POST /v2/models/${model.name}/infer takes numbers`,
    });
  }
  const result = await answered(c, parts, model, await pictureTask(c.req.raw, model.pictures));
  if (result.kind !== 'predictions')
    throw new Error(`internal error: pictures gave ${result.kind}`);
  return c.json({ model: model.name, predictions: result.predictions });
}

async function infer(c: Context, parts: ModelAppParts): Promise<Response> {
  const model = named(parts.models, c);
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const request = tensorRequest(bytes, c.req.header(JSON_LENGTH), model);
  const result = await answered(c, parts, model, request.task);
  if (result.kind !== 'outputs') throw new Error(`internal error: rows gave ${result.kind}`);
  return inferAnswer(model, request, result.outputs);
}

/** Given up when its time is over or when nobody waits for it any more. */
async function answered(
  c: Context,
  parts: ModelAppParts,
  model: ServedModel,
  task: Task,
): Promise<Exclude<Result, { kind: 'refused' }>> {
  const tooLate = AbortSignal.timeout(parts.timeout);
  const signal = AbortSignal.any([tooLate, c.req.raw.signal]);
  const result = await parts.submit(model, task, signal).catch((error: unknown) => {
    if (tooLate.aborted)
      throw new HttpProblem(503, `not answered within ${parts.timeout / 1000} seconds`, {
        'retry-after': '1',
      });
    if (signal.aborted) throw new HttpProblem(408, GONE);
    throw new HttpProblem(500, messageOf(error));
  });
  if (result.kind !== 'refused') return result;
  const { parts: words, at } = result;
  const several = task.kind === 'pictures' && task.pictures.length > 1;
  throw new HttpProblem(422, several ? { ...words, where: `picture ${at}` } : words);
}
