import { createHash } from "node:crypto";
import { InputError } from "../../core/errors.js";

/** The IDX files of a dataset in the layout of MNIST, each plain or packed as `NAME.gz`, in the order they are read. */
export const FILE_NAMES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** The SHA-256 of one file of a dataset, in hexadecimal. */
export interface FileChecksums {
  /** Of the file as it is downloaded, `NAME.gz`. */
  readonly packed: string;
  /** Of its contents, `NAME`. */
  readonly contents: string;
}

/** A published dataset in the layout of MNIST. */
export interface KnownDataset {
  /** As the command line names it. */
  readonly id: string;
  /** As people name it. */
  readonly title: string;
  /** Where its four packed files lie. */
  readonly baseUrl: string;
  readonly classNames: readonly string[];
  readonly checksums: Readonly<Record<(typeof FILE_NAMES)[number], FileChecksums>>;
}

/** MNIST (LeCun, Cortes and Burges) and Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv:1708.07747). */
export const KNOWN_DATASETS: readonly KnownDataset[] = [
  {
    id: "mnist",
    title: "MNIST",
    baseUrl: "https://ossci-datasets.s3.amazonaws.com/mnist/",
    classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    checksums: {
      "train-images-idx3-ubyte": {
        packed: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        contents: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      },
      "train-labels-idx1-ubyte": {
        packed: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        contents: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      },
      "t10k-images-idx3-ubyte": {
        packed: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        contents: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      },
      "t10k-labels-idx1-ubyte": {
        packed: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        contents: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
      },
    },
  },
  {
    id: "fashion-mnist",
    title: "Fashion-MNIST",
    baseUrl: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    classNames: [
      "T-shirt/top",
      "trouser",
      "pullover",
      "dress",
      "coat",
      "sandal",
      "shirt",
      "sneaker",
      "bag",
      "ankle boot",
    ],
    checksums: {
      "train-images-idx3-ubyte": {
        packed: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        contents: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      },
      "train-labels-idx1-ubyte": {
        packed: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        contents: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      },
      "t10k-images-idx3-ubyte": {
        packed: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        contents: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      },
      "t10k-labels-idx1-ubyte": {
        packed: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        contents: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
      },
    },
  },
];

/** The SHA-256 of bytes, in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Finds a known dataset by its id.
 *
 * @throws InputError where there is none
 */
export function knownDataset(name: string, known: readonly KnownDataset[] = KNOWN_DATASETS): KnownDataset {
  const dataset = known.find(({ id }) => id === name);
  if (dataset === undefined) {
    const expected = known.map(({ id }) => id).join(" or ");
    throw new InputError({ field: "dataset", given: JSON.stringify(name), expected });
  }
  return dataset;
}
