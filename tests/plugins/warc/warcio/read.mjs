// Prints what warcio.js reads out of a WARC file: a line of JSON for each record.
// usage: node read.mjs FILE
import { createReadStream } from "node:fs";
import { createHash } from "node:crypto";
import { WARCParser } from "warcio";

function show(record, content) {
  const http = record.httpHeaders;
  return {
    type: record.warcType,
    id: record.warcHeader("WARC-Record-ID"),
    uri: record.warcTargetURI,
    date: record.warcDate,
    concurrent_to: record.warcHeader("WARC-Concurrent-To") ?? null,
    payload_digest: record.warcPayloadDigest ?? null,
    status: http?.statusCode ?? null,
    fields: http ? Object.fromEntries(http.headers) : null,
    content: Buffer.from(content).toString("latin1"),
    content_sha1: createHash("sha1").update(content).digest("hex"),
  };
}

for await (const record of new WARCParser(createReadStream(process.argv[2]))) {
  console.log(JSON.stringify(show(record, await record.readFully(true))));
}
