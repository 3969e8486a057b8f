import { findDataDirectory, generateDigits, type ImageDataset, loadImageDataset } from "../../learning/data/index.js";
import type { MainJobOptions } from "./settings.js";

/** Images of the embedded default. */
const TRAIN = 12_000;
const TEST = 2_000;

/** The dataset of `--data` or EQPROP_DATA, or generated digits, saying which. */
export async function chooseDataset({ data, verify, seed }: MainJobOptions): Promise<ImageDataset> {
  const directory = findDataDirectory(data);
  const dataset =
    directory === undefined
      ? generateDigits({ seed, train: TRAIN, test: TEST })
      : await loadImageDataset({ directory, verify });
  const { train, test } = dataset;
  const size = `${train.count} training and ${test.count} test images of ${train.rows} x ${train.columns}`;
  console.log(
    directory === undefined
      ? `No data at hand (--data FOLDER or EQPROP_DATA): using ${dataset.name} made by eqprop itself, ${size}.`
      : `Data: ${dataset.name} from ${directory}, ${size}.`,
  );
  return dataset;
}
