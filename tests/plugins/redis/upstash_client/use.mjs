// Uses a REST API through the client that Upstash publishes.
// usage: node use.mjs check           every kind of request that it makes; throws where one fails
//        node use.mjs set KEY TEXT    node use.mjs get KEY    as a script would
import assert from "node:assert/strict";
import { Redis } from "@upstash/redis";

const redis = Redis.fromEnv({ automaticDeserialization: false, retry: { retries: 2 } });

async function check() {
  const text = 'gr\u00fc\u00dfe "quoted"\r\n\u0000 \u{1f600}';
  assert.equal(await redis.ping(), "PONG");
  assert.equal(await redis.set("check:a", text), "OK");
  assert.equal(await redis.get("check:a"), text);
  assert.equal(await redis.get("check:absent"), null);
  assert.equal(await redis.set("check:a", "other", { nx: true }), null);
  assert.equal(await redis.set("check:b", "b", { px: 60_000 }), "OK");
  const left = await redis.pttl("check:b");
  assert.ok(left > 0 && left <= 60_000, `pttl ${left}`);
  assert.equal(await redis.pttl("check:a"), -1);
  assert.deepEqual(await redis.mget("check:a", "check:absent", "check:b"), [text, null, "b"]);
  assert.equal(await redis.eval("return ARGV[1]", [], ["echoed"]), "echoed");

  const pipeline = redis.pipeline();
  pipeline.set("check:c", "c");
  pipeline.get("check:c");
  pipeline.exists("check:absent");
  assert.deepEqual(await pipeline.exec(), ["OK", "c", 0]);

  const [cursor, keys] = await redis.scan(0, { match: "check:*", count: 100 });
  assert.equal(String(cursor), "0");
  assert.deepEqual(keys.sort(), ["check:a", "check:b", "check:c"]);
  await assert.rejects(redis.lpush("check:a", "x"), /WRONGTYPE/);
  assert.equal(await redis.del("check:a", "check:b", "check:c", "check:absent"), 3);

  const stranger = new Redis({
    url: process.env.UPSTASH_REDIS_REST_URL,
    token: "another",
    retry: false,
  });
  await assert.rejects(stranger.get("check:a"), /WRONGPASS/);
  console.log("all as it should be");
}

const [what, key, text] = process.argv.slice(2);
if (what === "check") await check();
if (what === "set") assert.equal(await redis.set(key, text), "OK");
if (what === "get") process.stdout.write(String(await redis.get(key)));
