/**
 * @file `/api/data`: the files of data sets that are on this machine, for a page that trains on them.
 *
 *   GET /api/data                  which sets are whole here
 *   GET /api/data/FOLDER/FILE      one file as it lies there, from a byte on where that is asked for
 *
 * Nothing is fetched from elsewhere: `fovea data get` does that. Next stop: `data/files/servedFile.node.ts`.
 */
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { openServedFile, servedSets } from '../../data/files/servedFile.node.ts';
import { refuse } from '../access.ts';

export function data(): Hono {
  return new Hono()
    .get('/', async (context) => context.json({ sets: await servedSets() }))
    .get('/:folder/:file', async (context) => {
      const { folder, file } = context.req.param();
      const found = await openServedFile(folder, file);
      if (found === undefined) return refuse(context, 404, { problem: 'there is no such file' });
      const { handle, size } = found;
      const asked = /^bytes=(\d+)-$/.exec(context.req.header('range') ?? '')?.[1];
      const start = Number(asked ?? 0);
      if (start >= size) {
        await handle.close();
        return context.body(null, 416, { 'content-range': `bytes */${size}` });
      }
      const stream = handle.createReadStream({ start, end: size - 1 });
      return context.body(
        Readable.toWeb(stream) as ReadableStream,
        asked === undefined ? 200 : 206,
        {
          'content-type': 'application/octet-stream',
          'accept-ranges': 'bytes',
          'content-length': String(size - start),
          ...(asked === undefined ? {} : { 'content-range': `bytes ${start}-${size - 1}/${size}` }),
        },
      );
    });
}
