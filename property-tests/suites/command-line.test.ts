import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeIdx, generateDigits } from "../../learning/data/index.js";

const root = resolve(import.meta.dirname, "../..");
// As a loader of node itself, so that signals reach the command line and not a wrapper around it.
const command = ["--import", import.meta.resolve("tsx"), join(root, "cli/main.ts")];
const MINUTES = 60_000;

interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

function eqprop(folder: string, ...options: string[]): Promise<Outcome> {
  const environment = { ...process.env };
  delete environment.EQPROP_DATA;
  return new Promise((done) => {
    execFile(process.execPath, [...command, ...options], { cwd: folder, env: environment }, (error, output, errors) =>
      done({ status: error === null ? 0 : Number(error.code), output, errors }),
    );
  });
}

/** A folder of IDX files with a few generated digits. */
function writeDigits(folder: string): void {
  const { train, test } = generateDigits({ seed: 3, train: 600, test: 200 });
  for (const [prefix, set] of [
    ["train", train],
    ["t10k", test],
  ] as const) {
    const { images, labels, count, rows, columns } = set;
    writeFileSync(
      join(folder, `${prefix}-images-idx3-ubyte`),
      encodeIdx({ shape: [count, rows, columns], data: images }),
    );
    writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), encodeIdx({ shape: [count], data: labels }));
  }
}

describe("eqprop train", () => {
  let folder: string;
  let data: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "eqprop-train-"));
    data = mkdtempSync(join(tmpdir(), "eqprop-data-"));
    writeDigits(data);
  });
  afterAll(() => {
    for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
  });
  const small = (): string[] => ["train", "--data", data, "--no-verify", "--hidden", "32", "--batch", "10"];

  it(
    "trains on IDX files, compares, measures exactness and writes a self-contained report",
    async () => {
      const { status, output, errors } = await eqprop(folder, ...small(), "--epochs", "25");
      expect(errors).toBe("");
      expect(status).toBe(0);
      const accuracy = Number(/^test accuracy (\d+\.\d)$/m.exec(output)?.[1]);
      expect(accuracy).toBeGreaterThan(50);
      expect(output).toMatch(/^linear classifier \d+\.\d$/m);
      expect(output).toMatch(/^energy +equilibriumPropagation +2\.0\d +\d\.\de-1[01]/m);
      expect(output).toMatch(/one-sided.* +(1\.0\d|0\.9\d)/);
      expect(output).toMatch(/^skew-gradient +equilibriumPropagation +2\.0\d +\d\.\de-\d\d/m);
      expect(output).toMatch(/^force +asymmetricEquilibriumPropagation +2\.0\d +\d\.\de-\d\d/m);
      expect(output).toMatch(/^force +dyadicEquilibriumPropagation +exact +\d\.\de-1\d/m);
      const report = readFileSync(join(folder, "report.html"), "utf8");
      expect(report).toMatch(/^<!doctype html>/i);
      expect(report.match(/<svg/g)?.length).toBeGreaterThanOrEqual(4);
      expect(report).not.toMatch(/<script|<link|src="http|url\(http/i);
    },
    2 * MINUTES,
  );

  it(
    "keeps a checkpoint on Ctrl-C and resumes to the same result",
    async () => {
      const whole = mkdtempSync(join(folder, "whole-"));
      const cut = mkdtempSync(join(folder, "cut-"));
      const options = [...small(), "--epochs", "30", "--seed", "5"];
      const uninterrupted = eqprop(whole, ...options);
      const child = spawn(process.execPath, [...command, ...options], {
        cwd: cut,
      });
      let seen = "";
      const ended = new Promise<number | null>((done) => child.once("exit", done));
      child.stdout.on("data", (text: Buffer) => {
        const isFirst = !/^epoch 2:/m.test(seen);
        seen += text;
        // A second one would end it at once.
        if (isFirst && /^epoch 2:/m.test(seen)) child.kill("SIGINT");
      });
      expect(await ended).toBe(0);
      expect(seen).toContain("--resume");
      expect(readdirSync(cut)).toEqual(["eqprop.checkpoint"]);
      const resumed = await eqprop(cut, ...options, "--resume");
      const last = /^epoch 30: cost \S+, test accuracy \S+/m;
      expect(last.exec(resumed.output)?.[0]).toBe(last.exec((await uninterrupted).output)?.[0]);
      expect(readFileSync(join(cut, "eqprop.checkpoint")).equals(readFileSync(join(whole, "eqprop.checkpoint")))).toBe(
        true,
      );
    },
    4 * MINUTES,
  );

  it(
    "says in one sentence what is wrong with its input, and leaves nothing behind",
    async () => {
      const broken = mkdtempSync(join(folder, "broken-"));
      const empty = mkdtempSync(join(folder, "empty-"));
      writeDigits(broken);
      const images = join(broken, "train-images-idx3-ubyte");
      writeFileSync(images, readFileSync(images).subarray(0, 1000));
      const cases: readonly (readonly [string[], RegExp])[] = [
        [["train", "--data", join(folder, "missing")], /missing/],
        [["train", "--data", empty], /train-images/],
        [["train", "--data", broken, "--no-verify"], /train-images-idx3-ubyte/],
        [["train", "--data", data], /train-images-idx3-ubyte.*--no-verify/],
        [["train", "--nudge", "-1"], /--nudge.*"-1".*positive/],
        [["train", "--epochs", "1.5"], /--epochs.*"1\.5".*whole number/],
        [["train", "--data", data, "--no-verify", "--resume"], /--resume.*eqprop\.checkpoint/],
        [["data", "imagenet"], /imagenet.*fashion-mnist/],
      ];
      await Promise.all(
        cases.map(async ([options, words]) => {
          const place = mkdtempSync(join(folder, "bad-"));
          const { status, errors } = await eqprop(place, ...options);
          expect(status, errors).toBe(2);
          expect(errors.trim().split("\n"), errors).toHaveLength(1);
          expect(errors).toMatch(words);
          expect(readdirSync(place)).toEqual([]);
        }),
      );
    },
    2 * MINUTES,
  );

  it(
    "refuses a download that is not the dataset, and leaves nothing behind",
    async () => {
      const server = createServer((_request, response) => response.end("not an image"));
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const { port } = server.address() as AddressInfo;
      const place = mkdtempSync(join(folder, "download-"));
      const { status, errors } = await eqprop(
        place,
        ...["data", "fashion-mnist", "--to", "images", "--from", `http://127.0.0.1:${port}/`],
      );
      server.close();
      expect(status).toBe(1);
      expect(errors.trim().split("\n"), errors).toHaveLength(1);
      expect(errors).toMatch(/SHA-256|checksum/i);
      expect(readdirSync(place).flatMap((name) => readdirSync(join(place, name)))).toEqual([]);
    },
    MINUTES,
  );

  it(
    "prints its help and version",
    async () => {
      expect((await eqprop(folder, "--help")).output).toMatch(/^Usage: eqprop/);
      expect((await eqprop(folder, "--version")).output.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    },
    MINUTES,
  );
});
