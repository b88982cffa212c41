// got with 16 requests at a time over an agent that keeps its connections.
// usage: node got_client.mjs URLS
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Packages are installed in the build folder, not beside this file.
const require = createRequire(join(process.env.PEERS_NODE, 'package.json'));
const { default: got } = await import(pathToFileURL(require.resolve('got')));

const connections = 16;
const urls = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean);
const agent = { http: new Agent({ keepAlive: true, maxSockets: connections }) };
const client = got.extend({ agent, retry: { limit: 0 }, timeout: { request: 60_000 } });

const delivered = { ok: 0, bytes: 0, hits: 0 };
let next = 0;
const worker = async () => {
  while (next < urls.length) {
    const response = await client(urls[next++], { responseType: 'buffer' });
    if (response.statusCode !== 200) continue;
    delivered.ok += 1;
    delivered.bytes += response.body.length;
  }
};
await Promise.all(Array.from({ length: connections }, worker));
agent.http.destroy();
console.log(JSON.stringify(delivered));
