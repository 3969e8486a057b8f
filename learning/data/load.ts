import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { ImageDataset, ImageSet } from "./dataset.js";
import { isGzip, unpackGzip } from "./gzip.js";
import type { ByteTensor } from "./idx.js";
import { parseIdx } from "./idx.js";
import type { KnownDataset } from "./known-datasets.js";
import { FILE_NAMES, KNOWN_DATASETS, knownDataset, sha256 } from "./known-datasets.js";

/** What {@link loadImageDataset} is asked for. */
export interface LoadImageDatasetOptions {
  /** The folder that holds the four IDX files of the MNIST layout, each plain or packed as `.gz`. */
  readonly directory: string;
  /**
   * The dataset that must be there, `mnist` or `fashion-mnist`; by default whichever the checksums show. Without verification, what
   * to call the data; by default the name of the folder.
   */
  readonly name?: string;
  /** Whether the files must be a known dataset's, by checksum; true by default. False takes any IDX images and labels. */
  readonly verify?: boolean;
  /** The datasets to recognise; MNIST and Fashion-MNIST by default. */
  readonly known?: readonly KnownDataset[];
}

/** One file of a dataset, unpacked. */
interface Part {
  readonly file: string;
  readonly contents: Uint8Array;
  readonly tensor: ByteTensor;
}

async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new InputError({ field: path, given: `an error on reading (${message})`, expected: "a readable file" });
  }
}

async function readPart(directory: string, name: string, dimensions: number): Promise<Part> {
  // The packed file first: it is the one that a download puts right.
  for (const file of [`${name}.gz`, name]) {
    const bytes = await readIfPresent(join(directory, file));
    if (bytes === undefined) continue;
    const contents = isGzip(bytes) ? unpackGzip(bytes, file) : bytes;
    const tensor = parseIdx(contents, file);
    if (tensor.shape.length !== dimensions) {
      const expected = `${dimensions}, as ${dimensions === 1 ? "labels" : "images"} have`;
      throw new InputError({ field: file, given: `${tensor.shape.length} dimensions`, expected });
    }
    return { file, contents, tensor };
  }
  throw new InputError({
    field: directory,
    given: `no file ${name}.gz and no ${name}`,
    expected: "a folder with the four IDX files of the MNIST layout",
    remedy: "download them with `eqprop data fashion-mnist`",
  });
}

function pairUp(images: Part, labels: Part): ImageSet {
  const [count, rows, columns] = images.tensor.shape as [number, number, number];
  const labelCount = labels.tensor.data.length;
  if (labelCount !== count) {
    const expected = `as many as there are images in ${images.file}, ${count}`;
    throw new InputError({ field: labels.file, given: `${labelCount} labels`, expected });
  }
  if (images.tensor.data.length === 0) {
    throw new InputError({ field: images.file, given: "no pixels", expected: "at least one image" });
  }
  return { images: images.tensor.data, labels: labels.tensor.data, count, rows, columns };
}

/** The known dataset whose files these are, by their unpacked contents. */
function identify(parts: readonly Part[], candidates: readonly KnownDataset[]): KnownDataset {
  const found = parts.map((part) => sha256(part.contents));
  const matches = (dataset: KnownDataset) => FILE_NAMES.map((name, i) => dataset.checksums[name].contents === found[i]);
  const match = candidates.find((dataset) => matches(dataset).every(Boolean));
  if (match !== undefined) return match;

  const nearest = candidates.find((dataset) => matches(dataset).some(Boolean));
  const bad = nearest === undefined ? 0 : matches(nearest).indexOf(false);
  const expected = (nearest === undefined ? candidates : [nearest]).map(
    ({ title, checksums }) => `${checksums[FILE_NAMES[bad] as (typeof FILE_NAMES)[number]].contents} (${title})`,
  );
  const { id } = (nearest ?? candidates[0]) as KnownDataset;
  throw new InputError({
    field: (parts[bad] as Part).file,
    given: `contents of SHA-256 ${found[bad]}`,
    expected: expected.join(" or "),
    remedy: `download it again with \`eqprop data ${id}\`, or pass \`verify: false\` (--no-verify) for IDX data of your own`,
  });
}

/**
 * Reads a dataset in the layout of MNIST: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
 * `t10k-labels-idx1-ubyte`, each plain or packed as `.gz`. The checksums of the unpacked contents tell which dataset it is.
 * Without verification the classes are 0 to the largest label.
 *
 * @throws InputError for a missing, corrupt, truncated or unknown file, and for parts that do not fit together
 */
export async function loadImageDataset(options: LoadImageDatasetOptions): Promise<ImageDataset> {
  const { directory, name, verify = true, known = KNOWN_DATASETS } = options;
  const candidates = name === undefined || !verify ? known : [knownDataset(name, known)];
  const parts: Part[] = [];
  for (const file of FILE_NAMES) parts.push(await readPart(directory, file, file.includes("images") ? 3 : 1));
  const [trainImages, trainLabels, testImages, testLabels] = parts as [Part, Part, Part, Part];
  const train = pairUp(trainImages, trainLabels);
  const test = pairUp(testImages, testLabels);
  if (test.rows !== train.rows || test.columns !== train.columns) {
    const expected = `${train.rows} by ${train.columns}, as in ${trainImages.file}`;
    throw new InputError({ field: testImages.file, given: `images of ${test.rows} by ${test.columns}`, expected });
  }
  if (verify) {
    const { title, classNames } = identify(parts, candidates);
    return { name: title, train, test, classes: classNames.length, classNames };
  }
  const largest = [train, test].reduce((most, { labels }) => labels.reduce((a, b) => Math.max(a, b), most), 0);
  const classNames = Array.from({ length: largest + 1 }, (_, label) => String(label));
  return { name: name ?? basename(resolve(directory)), train, test, classes: classNames.length, classNames };
}

/** The folder of the user's data: `option` where given, else the environment variable EQPROP_DATA, else undefined. */
export function findDataDirectory(option?: string): string | undefined {
  return option ?? (process.env.EQPROP_DATA || undefined);
}
