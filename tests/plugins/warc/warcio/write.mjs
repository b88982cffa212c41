// Writes a WARC file as browser crawlers do: a page over HTTP/2 that says it is chunked and is not,
// a redirect without its body, and a revisit of the page.
// usage: node write.mjs FILE
import { writeFile } from "node:fs/promises";
import { WARCRecord, WARCSerializer } from "warcio";

const warcVersion = "WARC/1.1";
const page = "http://h/page";
const first = "2024-05-01T12:00:00.250Z";

async function* bytes(text) {
  yield new TextEncoder().encode(text);
}

const records = [
  WARCRecord.createWARCInfo({ filename: "crawl.warc.gz", warcVersion }, { software: "a crawler" }),
  WARCRecord.create({
    url: page, date: first, type: "response", warcVersion, statusline: "HTTP/2 200",
    httpHeaders: { "content-type": "text/html", "transfer-encoding": "chunked" },
  }, bytes("<p>page</p>\r\n")),
  WARCRecord.create({
    url: "http://h/old", date: first, type: "response", warcVersion,
    statusline: "HTTP/1.1 301 Moved", httpHeaders: { location: page, "content-length": "20" },
  }, bytes("")),
  WARCRecord.create({
    url: "http://h/again", date: "2024-05-02T12:00:00Z", type: "revisit", warcVersion,
    refersToUrl: page, refersToDate: first, httpHeaders: { "content-type": "text/html" },
  }, bytes("")),
];

const parts = [];
for (const record of records) parts.push(await WARCSerializer.serialize(record, { gzip: true }));
await writeFile(process.argv[2], Buffer.concat(parts));
