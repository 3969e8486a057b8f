/** Grey images and the class of each. */
export interface ImageSet {
  /** `count * rows * columns` values from 0 to 255, one image after another, each in row order. */
  readonly images: Uint8Array;
  /** `count` classes, from 0. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

/** A classification task on images, in two parts. */
export interface ImageDataset {
  readonly name: string;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** How many classes there are; labels are below it. */
  readonly classes: number;
  readonly classNames: readonly string[];
}
