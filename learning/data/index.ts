/** Images to learn from: IDX files, published datasets and their download, generated digits, and a linear yardstick. */

export type { ImageDataset, ImageSet } from "./dataset.js";
export type { DownloadDatasetOptions, DownloadProgress, DownloadReport } from "./download.js";
export { DownloadError, downloadDataset } from "./download.js";
export type { GenerateDigitsOptions } from "./generated-digits/generate-digits.js";
export { generateDigits } from "./generated-digits/generate-digits.js";
export type { ByteTensor } from "./idx.js";
export { encodeIdx, parseIdx } from "./idx.js";
export type { FileChecksums, KnownDataset } from "./known-datasets.js";
export { KNOWN_DATASETS } from "./known-datasets.js";
export type { LinearClassifierOptions } from "./linear-classifier.js";
export { linearClassifier } from "./linear-classifier.js";
export type { LoadImageDatasetOptions } from "./load.js";
export { findDataDirectory, loadImageDataset } from "./load.js";
