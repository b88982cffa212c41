// undici: a pool of 16 connections, with its memory cache when asked for.
// usage: node undici_client.mjs URLS plain|cache [PASSES]   the last pass is timed and counted
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Packages are installed in the build folder, not beside this file.
const require = createRequire(join(process.env.PEERS_NODE, 'package.json'));
const { Pool, interceptors, cacheStores } = require('undici');

const [file, mode, passes = '1'] = process.argv.slice(2);
const connections = 16;
const urls = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((url) => new URL(url));

const pool = new Pool(urls[0].origin, { connections, pipelining: 1 });
const store = new cacheStores.MemoryCacheStore({ maxCount: 4 * urls.length, maxSize: 1 << 30 });
const client = mode === 'cache' ? pool.compose(interceptors.cache({ store })) : pool;

async function visitAll() {
  const delivered = { ok: 0, bytes: 0, hits: 0 };
  let next = 0;
  const worker = async () => {
    while (next < urls.length) {
      const { origin, pathname: path } = urls[next++];
      const { statusCode, headers, body } = await client.request({ origin, path, method: 'GET' });
      const page = await body.arrayBuffer();
      if (statusCode !== 200) continue;
      delivered.ok += 1;
      delivered.bytes += page.byteLength;
      // What comes from the cache has an age.
      delivered.hits += headers.age === undefined ? 0 : 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return delivered;
}

for (let pass = 1; pass < Number(passes); pass += 1) await visitAll();
const begin = process.hrtime.bigint();
const delivered = await visitAll();
delivered.seconds = Number(process.hrtime.bigint() - begin) / 1e9;
await pool.close();
console.log(JSON.stringify(delivered));
