/**
 * @file The lab's server as one function from request to answer: files of the page, and `/api/`.
 *
 * It knows no socket; `openLab.ts` puts it behind one.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { FoveaError } from '../base/errors.ts';
import {
  addHeaders,
  onlyKnownMethods,
  onlyOwnHost,
  onlyOwnPage,
  onlyQuestions,
  onlyWithToken,
  refuse,
} from './access.ts';
import type { LabFiles } from './labFiles.ts';
import type { LabContext, Part } from './routes/part.ts';

export interface AppParts {
  readonly files: LabFiles;
  /** Names with ports under which the server answers. */
  readonly hosts: ReadonlySet<string>;
  readonly context: LabContext;
  readonly parts: Readonly<Record<string, Part>>;
  /** Told of what is a fault of ours: its stack belongs on the terminal, not on the page. */
  readonly onBug: (error: unknown) => void;
}

export function labApp({ files, hosts, context, parts, onBug }: AppParts): Hono {
  const app = new Hono();
  app.use(addHeaders, onlyOwnHost(hosts), onlyKnownMethods);
  app.use('/api/*', onlyOwnPage(hosts), onlyWithToken(context.token), neverKept);
  for (const [name, { routes, mostBody }] of Object.entries(parts)) {
    app.use(`/api/${name}/*`, limitBody(mostBody));
    app.route(`/api/${name}`, routes(context));
  }
  app.all('/api/*', (c) =>
    refuse(c, 404, { problem: `there is no ${c.req.method} ${c.req.path}` }),
  );
  app.use(onlyQuestions);
  app.get('*', (c) => {
    const name = c.req.path === '/' ? 'index.html' : c.req.path.slice(1);
    const file = files.get(name);
    if (file === undefined) return refuse(c, 404, { problem: 'there is no such file' });
    const tag = `"${file.digest.slice(0, 32)}"`;
    // Asked again each time and answered by the tag: a new build is seen at once.
    const headers = { 'content-type': file.type, 'cache-control': 'no-cache', etag: tag };
    if (c.req.header('if-none-match') === tag) return c.body(null, 304, headers);
    return c.body(new Uint8Array(file.bytes), 200, headers);
  });
  app.onError((error, c) => {
    if (error instanceof FoveaError) return refuse(c, 400, { problem: error.message });
    onBug(error);
    const problem = 'the server failed at this; what happened stands on its terminal';
    return refuse(c, 500, { problem });
  });
  return app;
}

const neverKept: MiddlewareHandler = async (context, next) => {
  await next();
  context.header('cache-control', 'no-store');
};

function limitBody(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: (c) =>
      refuse(c, 413, { problem: 'the request is too large', expected: `at most ${maxSize} bytes` }),
  });
}
