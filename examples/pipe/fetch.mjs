#!/usr/bin/env node
// Fetches URLs side by side through `forage pipe`.
//
// usage: fetch.mjs [--job JOB.toml] URL...      FORAGE names the command, if it is not in PATH
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Forage {
  #process;
  #waiting = new Map();
  #lastId = 0;
  #ended;

  constructor(...options) {
    const command = process.env.FORAGE ?? "forage";
    this.#process = spawn(command, ["pipe", ...options], { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdin.on("error", () => {}); // the end of its output tells of it, too
    this.#ended = this.#read();
  }

  /** Asks for `url`; further keys are those of docs/pipe.md. Resolves to the answer, with its bytes
   *  in `body`. */
  fetch(url, request = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.stdin.write(JSON.stringify({ ...request, id, url }) + "\n");
    });
  }

  /** Ends it once everything is answered. */
  async close() {
    this.#process.stdin.end();
    await this.#ended;
  }

  async #read() {
    // Answers come in any order.
    for await (const line of createInterface({ input: this.#process.stdout })) {
      const { id, error, kind, body_b64, ...answer } = JSON.parse(line);
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error !== undefined) {
        reject(new Error(`${kind}: ${error}`));
      } else {
        resolve({ ...answer, body: Buffer.from(body_b64, "base64") });
      }
    }
    for (const { reject } of this.#waiting.values()) reject(new Error("forage pipe has ended"));
  }
}

const args = process.argv.slice(2);
const options = args[0] === "--job" ? args.splice(0, 2).slice(1) : [];
const forage = new Forage(...options);
const answers = await Promise.allSettled(
  args.map((url) => forage.fetch(url, { redirect: "follow" })),
);
answers.forEach(({ value, reason }, i) => {
  if (value) {
    console.log(value.status, value.outcome, value.body.length, args[i]);
  } else {
    console.log("failed", reason.message, args[i]);
  }
});
await forage.close();
