import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import { encodeIdx } from "./idx.js";
import type { KnownDataset } from "./known-datasets.js";
import { FILE_NAMES, sha256 } from "./known-datasets.js";
import { findDataDirectory, loadImageDataset } from "./load.js";

const [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS] = FILE_NAMES;

const images = (count: number, rows = 2, columns = 3, first = 0) =>
  encodeIdx({
    shape: [count, rows, columns],
    data: Uint8Array.from({ length: count * rows * columns }, (_, i) => first + i),
  });
const labels = (...data: number[]) => encodeIdx({ shape: [data.length], data: Uint8Array.from(data) });

const contents = {
  [TRAIN_IMAGES]: images(3),
  [TRAIN_LABELS]: labels(0, 2, 1),
  [TEST_IMAGES]: images(2, 2, 3, 100),
  [TEST_LABELS]: labels(1, 1),
};

const tiny: KnownDataset = {
  id: "tiny",
  title: "Tiny",
  baseUrl: "http://localhost/",
  classNames: ["circle", "square", "star"],
  checksums: Object.fromEntries(
    FILE_NAMES.map((name) => [name, { packed: sha256(gzipSync(contents[name])), contents: sha256(contents[name]) }]),
  ) as KnownDataset["checksums"],
};
const other: KnownDataset = {
  ...tiny,
  id: "other",
  title: "Other",
  checksums: Object.fromEntries(
    FILE_NAMES.map((name) => [name, { packed: "", contents: `no-${name}` }]),
  ) as KnownDataset["checksums"],
};
const known = [other, tiny];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "eqprop-load-"));
  for (const name of FILE_NAMES) await writeFile(join(directory, `${name}.gz`), gzipSync(contents[name]));
});
afterEach(() => rm(directory, { recursive: true }));

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => expect.fail("expected a refusal"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
}

describe("loadImageDataset", () => {
  const expected = {
    name: "Tiny",
    train: {
      images: contents[TRAIN_IMAGES].subarray(16),
      labels: Uint8Array.of(0, 2, 1),
      count: 3,
      rows: 2,
      columns: 3,
    },
    test: { images: contents[TEST_IMAGES].subarray(16), labels: Uint8Array.of(1, 1), count: 2, rows: 2, columns: 3 },
    classes: 3,
    classNames: ["circle", "square", "star"],
  };

  it("reads packed files and tells the dataset by its checksums", async () => {
    expect(await loadImageDataset({ directory, known })).toEqual(expected);
    expect(await loadImageDataset({ directory, known, name: "tiny" })).toEqual(expected);
  });

  it("reads plain files, and files packed anew", async () => {
    for (const name of [TRAIN_IMAGES, TEST_LABELS]) {
      await rm(join(directory, `${name}.gz`));
      await writeFile(join(directory, name), contents[name]);
    }
    await writeFile(join(directory, `${TRAIN_LABELS}.gz`), gzipSync(contents[TRAIN_LABELS], { level: 0 }));
    expect(await loadImageDataset({ directory, known })).toEqual(expected);
  });

  it("prefers a packed file to a plain one, as a download puts the packed one right", async () => {
    await writeFile(join(directory, TRAIN_IMAGES), "broken");
    expect(await loadImageDataset({ directory, known })).toEqual(expected);
  });

  it("takes any data without verification", async () => {
    await writeFile(join(directory, `${TEST_LABELS}.gz`), labels(4, 0));
    const dataset = await loadImageDataset({ directory, known, verify: false, name: "mine" });
    expect(dataset).toMatchObject({ name: "mine", classes: 5, classNames: ["0", "1", "2", "3", "4"] });
    expect((await loadImageDataset({ directory, verify: false })).name).toMatch(/^eqprop-load-/);
  });

  it("refuses a known dataset with one file changed, with both checksums and the remedy", async () => {
    await writeFile(join(directory, `${TEST_LABELS}.gz`), gzipSync(labels(1, 2)));
    expect(await messageOf(loadImageDataset({ directory, known }))).toBe(
      `${TEST_LABELS}.gz: got contents of SHA-256 ${sha256(labels(1, 2))}, ` +
        `expected ${tiny.checksums[TEST_LABELS].contents} (Tiny); download it again with \`eqprop data tiny\`, ` +
        "or pass `verify: false` (--no-verify) for IDX data of your own.",
    );
  });

  it("refuses unknown data, with the checksums of every known dataset", async () => {
    for (const name of FILE_NAMES) {
      await writeFile(join(directory, `${name}.gz`), name.includes("images") ? images(1) : labels(1));
    }
    const message = await messageOf(loadImageDataset({ directory, known }));
    expect(message).toContain(`${TRAIN_IMAGES}.gz: got contents of SHA-256 ${sha256(images(1))}`);
    expect(message).toContain(`expected no-${TRAIN_IMAGES} (Other) or ${tiny.checksums[TRAIN_IMAGES].contents} (Tiny)`);
    expect(await messageOf(loadImageDataset({ directory }))).toContain("(MNIST) or ");
  });

  it("refuses another dataset than the one named", async () => {
    expect(await messageOf(loadImageDataset({ directory, known, name: "other" }))).toContain(
      `expected no-${TRAIN_IMAGES} (Other); download it again with \`eqprop data other\``,
    );
    expect(await messageOf(loadImageDataset({ directory, known, name: "cifar" }))).toBe(
      'dataset: got "cifar", expected other or tiny.',
    );
  });

  it("refuses a folder without the files", async () => {
    await rm(join(directory, `${TEST_IMAGES}.gz`));
    expect(await messageOf(loadImageDataset({ directory, known }))).toBe(
      `${directory}: got no file ${TEST_IMAGES}.gz and no ${TEST_IMAGES}, expected a folder with the four IDX files of the ` +
        "MNIST layout; download them with `eqprop data fashion-mnist`.",
    );
    expect(await messageOf(loadImageDataset({ directory: join(directory, "missing") }))).toContain("got no file");
  });

  it("refuses a truncated packed file", async () => {
    await truncate(join(directory, `${TRAIN_IMAGES}.gz`), 30);
    expect(await messageOf(loadImageDataset({ directory, known }))).toBe(
      `${TRAIN_IMAGES}.gz: got corrupt gzip data (unexpected end of file), expected data that unpacks.`,
    );
  });

  it("refuses a packed file with a byte changed", async () => {
    const packed = gzipSync(contents[TRAIN_LABELS]);
    packed[packed.length - 5]! ^= 1;
    await writeFile(join(directory, `${TRAIN_LABELS}.gz`), packed);
    expect(await messageOf(loadImageDataset({ directory, known }))).toMatch(
      /^train-labels.*corrupt gzip data \(incorrect/,
    );
  });

  it("refuses a truncated plain file, before its checksum", async () => {
    await rm(join(directory, `${TRAIN_IMAGES}.gz`));
    await writeFile(join(directory, TRAIN_IMAGES), contents[TRAIN_IMAGES].subarray(0, 20));
    expect(await messageOf(loadImageDataset({ directory, known }))).toBe(
      `${TRAIN_IMAGES}: got 4 values (the file is truncated), expected 18 for shape [3, 2, 3].`,
    );
  });

  it("refuses labels that do not match the images", async () => {
    await writeFile(join(directory, `${TRAIN_LABELS}.gz`), labels(0, 1));
    expect(await messageOf(loadImageDataset({ directory, verify: false }))).toBe(
      `${TRAIN_LABELS}.gz: got 2 labels, expected as many as there are images in ${TRAIN_IMAGES}.gz, 3.`,
    );
  });

  it("refuses images and labels in each other's place", async () => {
    await writeFile(join(directory, `${TRAIN_LABELS}.gz`), contents[TRAIN_IMAGES]);
    expect(await messageOf(loadImageDataset({ directory, verify: false }))).toBe(
      `${TRAIN_LABELS}.gz: got 3 dimensions, expected 1, as labels have.`,
    );
  });

  it("refuses test images of another size, and empty sets", async () => {
    await writeFile(join(directory, `${TEST_IMAGES}.gz`), images(2, 3, 3));
    expect(await messageOf(loadImageDataset({ directory, verify: false }))).toBe(
      `${TEST_IMAGES}.gz: got images of 3 by 3, expected 2 by 3, as in ${TRAIN_IMAGES}.gz.`,
    );
    await writeFile(join(directory, `${TEST_IMAGES}.gz`), images(0));
    await writeFile(join(directory, `${TEST_LABELS}.gz`), labels());
    expect(await messageOf(loadImageDataset({ directory, verify: false }))).toContain("got no pixels");
  });
});

describe("findDataDirectory", () => {
  const before = process.env.EQPROP_DATA;
  afterEach(() => {
    if (before === undefined) delete process.env.EQPROP_DATA;
    else process.env.EQPROP_DATA = before;
  });

  it("takes the option, then EQPROP_DATA, then nothing", () => {
    process.env.EQPROP_DATA = "from-environment";
    expect(findDataDirectory("from-option")).toBe("from-option");
    expect(findDataDirectory()).toBe("from-environment");
    process.env.EQPROP_DATA = "";
    expect(findDataDirectory()).toBeUndefined();
    delete process.env.EQPROP_DATA;
    expect(findDataDirectory()).toBeUndefined();
  });
});

const realData = findDataDirectory();

describe.skipIf(realData === undefined)("the data in EQPROP_DATA", () => {
  it("is a known dataset of 60000 and 10000 images of 28 by 28 in ten classes", async () => {
    const dataset = await loadImageDataset({ directory: realData as string });
    expect(["MNIST", "Fashion-MNIST"]).toContain(dataset.name);
    expect(dataset.train).toMatchObject({ count: 60_000, rows: 28, columns: 28 });
    expect(dataset.test).toMatchObject({ count: 10_000, rows: 28, columns: 28 });
    expect(dataset.classNames).toHaveLength(10);
    const counts = new Array<number>(10).fill(0);
    for (const label of dataset.test.labels) counts[label]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(850);
  });
});
