// The program under test, its broker, and hosts of its modems.

import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A program or a line that does not come is a failure after this. */
export const PATIENCE = 20_000;

/** What `promise` comes to, if that is in time. */
export function inTime(promise, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what}: not within ${PATIENCE / 1_000} s`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A port of the loopback that nobody listens on. */
export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** A folder of this test. */
export function folder() {
  return mkdtempSync(join(tmpdir(), "mqmodem-page-"));
}

/** What runs now. */
const running = new Set();

/** Ends what a test left running, also one that failed. */
export function stopAll() {
  for (const child of running) child.process.kill("SIGKILL");
}

/** A child process of which lines are waited for. */
export class Child {
  #lines = [];
  #waiting = [];
  #closed;

  constructor(program, words) {
    this.process = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.#take(line));
    }
    this.#closed = new Promise((done) => this.process.on("close", done));
    running.add(this);
    void this.#closed.then(() => running.delete(this));
  }

  #take(line) {
    this.#lines.push(line);
    for (const look of [...this.#waiting]) look();
  }

  /** What the first line that is like this matches. */
  line(pattern) {
    const found = new Promise((done, fail) => {
      const look = () => {
        for (const line of this.#lines) {
          const match = pattern.exec(line);
          if (match) return done(match);
        }
      };
      this.#waiting.push(look);
      look();
      void this.#closed.then(() => fail(new Error(`it ended: ${this.#lines.join("\n")}`)));
    });
    return inTime(found, String(pattern));
  }

  async stop() {
    this.process.kill("SIGTERM");
    await inTime(this.#closed, "its end");
  }
}

/** `mqmodem` with an inspector whose token a test knows. */
export class Program extends Child {
  /**
   * @param {string[]} words what it is to run
   * @param {{port?: number, token?: string | null}} inspector
   */
  static async start(words, { port, token = "a-token-of-the-tests-0123456789" } = {}) {
    const at = port ?? (await freePort());
    const flags = [`--inspect=127.0.0.1:${at}`];
    if (token !== null) {
      const file = join(folder(), "token");
      writeFileSync(file, `${token}\n`, { mode: 0o600 });
      flags.push("--inspect-token-file", file);
    }
    const program = new Program(process.env.MQMODEM, [...words, ...flags]);
    program.port = at;
    const [printed] = await program.line(/http:\/\/127\.0\.0\.1:\d+\/\S*/);
    program.address = token === null ? printed : `http://127.0.0.1:${at}/#token=${token}`;
    return program;
  }

  /** Starts one modem on a TCP port; its host is attached. */
  static async serve(inspector, ...words) {
    const program = await Program.start(["serve", "--tcp", "0", "--name", "pump-7", ...words], inspector);
    const [, port] = await program.line(/127\.0\.0\.1:(\d+)\s*$/);
    program.host = await Host.attach(Number(port));
    return program;
  }
}

/** A host of a modem. */
export class Host {
  #socket;
  #text = "";
  #heard = () => {};

  static async attach(port) {
    const host = new Host();
    host.#socket = connect(port, "127.0.0.1");
    host.#socket.setEncoding("utf8");
    host.#socket.on("data", (text) => {
      host.#text += text;
      host.#heard();
    });
    host.#socket.on("error", () => {});
    await host.say("ATE0");
    return host;
  }

  /** Sends a line, waits for its final result, and returns all that came. */
  async say(line) {
    this.#text = "";
    this.#socket.write(`${line}\r`);
    return this.hears(/\r\n(OK|ERROR|\+CME ERROR.*)\r\n/);
  }

  /** Waits until what came since the last line is like this. */
  hears(pattern) {
    const heard = new Promise((done) => {
      this.#heard = () => {
        if (pattern.test(this.#text)) done(this.#text);
      };
      this.#heard();
    });
    return inTime(heard, `the host waits for ${pattern}`);
  }

  /** Sends so many short commands in so many seconds, and waits for their results. */
  async hurry(commands, seconds) {
    const start = performance.now();
    let [sent, results] = [0, 0];
    const count = (text) => (results += text.split("OK\r\n").length - 1);
    this.#socket.on("data", count);
    while (sent < commands) {
      const due = Math.min(commands, Math.ceil(((performance.now() - start) / 1_000 / seconds) * commands));
      if (due > sent) this.#socket.write("AT\r".repeat(due - sent));
      sent = due;
      await new Promise((done) => setTimeout(done, 10));
    }
    const answered = async () => {
      while (results < commands) await new Promise((done) => this.#socket.once("data", done));
    };
    await inTime(answered(), `${commands} results, of which ${results} are there`);
    this.#socket.off("data", count);
    return (performance.now() - start) / 1_000;
  }

  /** Connects to the broker. */
  async online(broker, client = "pump-7") {
    await this.say(`AT+MQTTCONFIG=127.0.0.1,${broker},${client},1,60`);
    await this.say("AT+MQTTCONNECT");
  }
}

/** A Mosquitto that keeps nothing. */
export async function mosquitto() {
  const port = await freePort();
  const file = join(folder(), "mosquitto.conf");
  writeFileSync(file, `persistence false\nallow_anonymous true\nlog_dest stderr\nlistener ${port} 127.0.0.1\n`);
  const broker = new Child(process.env.MOSQUITTO, ["-c", file]);
  await broker.line(/mosquitto version .* running/);
  broker.port = port;
  return broker;
}
