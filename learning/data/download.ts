import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import type { KnownDataset } from "./known-datasets.js";
import { FILE_NAMES, KNOWN_DATASETS, knownDataset, sha256 } from "./known-datasets.js";

/** How far the download of one file has come. */
export interface DownloadProgress {
  readonly file: string;
  readonly receivedBytes: number;
  /** As the server announces it; undefined where it does not. */
  readonly totalBytes: number | undefined;
}

/** How {@link downloadDataset} works. */
export interface DownloadDatasetOptions {
  /** The folder to write to; made where it does not exist. */
  readonly directory: string;
  /** Where the four `.gz` files lie; by default the dataset's own site. */
  readonly baseUrl?: string;
  /** Stops the download; what is complete stays. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The datasets to choose from; MNIST and Fashion-MNIST by default. */
  readonly known?: readonly KnownDataset[];
}

/** What {@link downloadDataset} did. */
export interface DownloadReport {
  /** The files fetched. */
  readonly fetched: readonly string[];
  /** The files that were there already, and right. */
  readonly kept: readonly string[];
}

/** A file could not be fetched, or is not the one it should be. */
export class DownloadError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DownloadError";
  }
}

async function checkTarget(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new InputError({ field: "directory", given: `${directory}, which is a file`, expected: "a folder" });
  }
}

function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text.endsWith("/") ? text : `${text}/`) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InputError({ field: "baseUrl", given: JSON.stringify(text), expected: "an http or https address" });
  }
  return url;
}

async function hasChecksum(path: string, expected: string): Promise<boolean> {
  try {
    return sha256(await readFile(path)) === expected;
  } catch {
    return false;
  }
}

/** Awaits a step of a download, and says in one sentence what broke unless the signal did. */
async function overNetwork<T>(url: URL, signal: AbortSignal | undefined, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DownloadError(`${url}: the connection failed (${reason}); start again to go on.`, { cause });
  }
}

/** Fetches one file into memory: nothing reaches the disk before its checksum is known to be right. */
async function fetchFile(url: URL, file: string, options: DownloadDatasetOptions): Promise<Uint8Array> {
  const { signal, onProgress } = options;
  // A server that packs on the fly would have fetch unpack the file.
  const request = fetch(url, { headers: { "accept-encoding": "identity" }, ...(signal ? { signal } : {}) });
  const response = await overNetwork(url, signal, request);
  const reader = response.body?.getReader();
  try {
    if (!response.ok || reader === undefined) {
      throw new DownloadError(`${url}: the server answered ${response.status} ${response.statusText}.`);
    }
    const announced = Number(response.headers.get("content-length"));
    const totalBytes = announced > 0 ? announced : undefined;
    const chunks: Uint8Array[] = [];
    let receivedBytes = 0;
    for (;;) {
      const { done, value } = await overNetwork(url, signal, reader.read());
      if (done) return Buffer.concat(chunks);
      chunks.push(value);
      receivedBytes += value.length;
      onProgress?.({ file, receivedBytes, totalBytes });
    }
  } finally {
    // A stream that has failed refuses to be cancelled; there is nothing left to release then.
    await reader?.cancel().catch(() => undefined);
  }
}

/** Writes a file whole or not at all. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Downloads a published dataset, one file after another, and checks the SHA-256 of each before it is written. Files that are there
 * already and right are kept, so that an interrupted download goes on where it stopped.
 *
 * @param name `mnist` or `fashion-mnist`
 * @throws InputError for an unknown name, an address that is none or a directory that is a file; {@link DownloadError} when the server refuses, the connection breaks or a checksum is
 * wrong; the signal's reason when it aborts
 */
export async function downloadDataset(name: string, options: DownloadDatasetOptions): Promise<DownloadReport> {
  const { directory, known = KNOWN_DATASETS } = options;
  const dataset = knownDataset(name, known);
  const base = parseBaseUrl(options.baseUrl ?? dataset.baseUrl);
  await checkTarget(directory);
  const fetched: string[] = [];
  const kept: string[] = [];
  for (const fileName of FILE_NAMES) {
    const file = `${fileName}.gz`;
    const expected = dataset.checksums[fileName].packed;
    const path = join(directory, file);
    if (await hasChecksum(path, expected)) {
      kept.push(file);
      continue;
    }
    const url = new URL(file, base);
    const bytes = await fetchFile(url, file, options);
    const found = sha256(bytes);
    if (found !== expected) {
      throw new DownloadError(`${url}: got a file of SHA-256 ${found}, expected ${expected} (${dataset.title}).`);
    }
    await mkdir(directory, { recursive: true });
    await writeWhole(path, bytes);
    fetched.push(file);
  }
  return { fetched, kept };
}
