import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import type { DownloadProgress } from "./download.js";
import { DownloadError, downloadDataset } from "./download.js";
import type { KnownDataset } from "./known-datasets.js";
import { FILE_NAMES, sha256 } from "./known-datasets.js";

const FILES = FILE_NAMES.map((name) => `${name}.gz`);
const LAST = FILES[3] as string;
/** Larger than the buffers of a socket, so that a transfer has a middle. */
const contents = new Map(FILES.map((file, i) => [file, Buffer.alloc(3_000_000, `contents ${i} `)]));

const tiny: KnownDataset = {
  id: "tiny",
  title: "Tiny",
  baseUrl: "http://127.0.0.1:9/",
  classNames: [],
  checksums: Object.fromEntries(
    FILE_NAMES.map((name) => [name, { packed: sha256(contents.get(`${name}.gz`) as Buffer), contents: "" }]),
  ) as KnownDataset["checksums"],
};
const known = [tiny];

let root: string;
let directory: string;
let server: Server;
let baseUrl: string;
let requested: string[];
let answer: RequestListener;

const serveFile: RequestListener = (request, response) => {
  const body = contents.get(basename(request.url ?? ""));
  if (body === undefined) response.writeHead(404).end("no such file");
  else response.writeHead(200, { "content-length": body.length }).end(body);
};

/** Serves the last file in another way than the others. */
const exceptLast =
  (listener: RequestListener): RequestListener =>
  (request, response) =>
    (basename(request.url ?? "") === LAST ? listener : serveFile)(request, response);

const sendHalf: RequestListener = (_, response) => {
  const body = contents.get(LAST) as Buffer;
  response.writeHead(200, { "content-length": body.length });
  response.write(body.subarray(0, body.length / 2));
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "eqprop-download-"));
  directory = join(root, "data", "tiny");
  requested = [];
  answer = serveFile;
  server = createServer((request, response) => {
    requested.push(basename(request.url ?? ""));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sets`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true });
});

async function expectWhole(files: readonly string[]): Promise<void> {
  expect((await readdir(directory)).sort()).toEqual([...files].sort());
  for (const file of files)
    expect(sha256(await readFile(join(directory, file)))).toBe(sha256(contents.get(file) as Buffer));
}

async function failureOf(options: Partial<Parameters<typeof downloadDataset>[1]> = {}): Promise<unknown> {
  return downloadDataset("tiny", { directory, baseUrl, known, ...options }).then(
    () => expect.fail("expected a failure"),
    (reason: unknown) => reason,
  );
}

describe("downloadDataset", () => {
  it("fetches and checks the four files, with progress", async () => {
    const progress: DownloadProgress[] = [];
    const report = await downloadDataset("tiny", {
      directory,
      baseUrl,
      known,
      onProgress: (step) => progress.push(step),
    });
    expect(report).toEqual({ fetched: FILES, kept: [] });
    await expectWhole(FILES);
    for (const file of FILES) {
      const steps = progress.filter((step) => step.file === file).map((step) => step.receivedBytes);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect(steps.at(-1)).toBe(3_000_000);
    }
    expect(progress.every((step) => step.totalBytes === 3_000_000)).toBe(true);
  });

  it("keeps the files that are right and replaces those that are wrong", async () => {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, FILES[0] as string), contents.get(FILES[0] as string) as Buffer);
    await writeFile(join(directory, FILES[1] as string), "half of it");
    const report = await downloadDataset("tiny", { directory, baseUrl, known });
    expect(report).toEqual({ fetched: FILES.slice(1), kept: FILES.slice(0, 1) });
    expect(requested).toEqual(FILES.slice(1));
    await expectWhole(FILES);
  });

  it("goes on after a failure where it stopped", async () => {
    answer = exceptLast((_, response) => response.writeHead(503).end());
    await failureOf();
    await expectWhole(FILES.slice(0, 3));
    answer = serveFile;
    expect(await downloadDataset("tiny", { directory, baseUrl, known })).toEqual({
      fetched: [LAST],
      kept: FILES.slice(0, 3),
    });
  });

  it("refuses a file of another checksum and leaves nothing of it", async () => {
    answer = exceptLast((_, response) => response.end("something else"));
    const failure = await failureOf();
    expect(failure).toBeInstanceOf(DownloadError);
    expect(String(failure)).toBe(
      `DownloadError: ${baseUrl}/${LAST}: got a file of SHA-256 ${sha256(Buffer.from("something else"))}, ` +
        `expected ${tiny.checksums["t10k-labels-idx1-ubyte"].packed} (Tiny).`,
    );
    await expectWhole(FILES.slice(0, 3));
  });

  it("reports a missing file and makes no folder for nothing", async () => {
    answer = (_, response) => response.writeHead(404).end("no such file");
    const failure = await failureOf();
    expect(failure).toBeInstanceOf(DownloadError);
    expect(String(failure)).toBe(`DownloadError: ${baseUrl}/${FILES[0]}: the server answered 404 Not Found.`);
    expect(await readdir(root)).toEqual([]);
  });

  it("reports a connection cut in the middle of a file and leaves nothing of it", async () => {
    answer = exceptLast((request, response) => {
      sendHalf(request, response);
      setTimeout(() => response.destroy(), 20);
    });
    const failure = await failureOf();
    expect(failure).toBeInstanceOf(DownloadError);
    expect(String(failure)).toMatch(/t10k-labels.*: the connection failed \(.+\); start again to go on\.$/);
    await expectWhole(FILES.slice(0, 3));
  });

  it("reports a server that is not there", async () => {
    await new Promise((resolve) => server.close(resolve));
    const failure = await failureOf();
    server.listen(0, "127.0.0.1");
    expect(failure).toBeInstanceOf(DownloadError);
    expect(String(failure)).toMatch(/the connection failed \(.*ECONNREFUSED/);
  });

  it("stops in the middle of a file when the signal aborts, and leaves nothing of it", async () => {
    answer = exceptLast(sendHalf);
    const controller = new AbortController();
    const reason = new Error("stopped by the user");
    const failure = await failureOf({
      signal: controller.signal,
      onProgress: ({ file }) => {
        if (file === LAST) controller.abort(reason);
      },
    });
    expect(failure).toBe(reason);
    await expectWhole(FILES.slice(0, 3));
  });

  it("asks for nothing when the signal has aborted already", async () => {
    const failure = await failureOf({ signal: AbortSignal.abort() });
    expect(failure).toMatchObject({ name: "AbortError" });
    expect(requested).toEqual([]);
  });

  it("passes on what the progress callback throws", async () => {
    const failure = await failureOf({
      onProgress: () => {
        throw new RangeError("from the callback");
      },
    });
    expect(failure).toBeInstanceOf(RangeError);
    expect(await readdir(root)).toEqual([]);
  });

  it("refuses an unknown dataset, a bad address and a folder that is a file before any work", async () => {
    await expect(downloadDataset("cifar", { directory, baseUrl })).rejects.toThrow(
      'dataset: got "cifar", expected mnist or fashion-mnist.',
    );
    expect(await failureOf({ baseUrl: "ftp://example.org" })).toBeInstanceOf(InputError);
    expect(String(await failureOf({ baseUrl: "nowhere" }))).toContain(
      'baseUrl: got "nowhere", expected an http or https address.',
    );
    await writeFile(join(root, "file"), "");
    expect(String(await failureOf({ directory: join(root, "file") }))).toContain("which is a file, expected a folder.");
    expect((await stat(join(root, "file"))).size).toBe(0);
    expect(requested).toEqual([]);
  });
});
