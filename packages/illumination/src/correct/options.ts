// What a correction is asked for.

/** What is known of the camera beside its pictures. */
export interface FrameOptions {
  /** What the camera tells without light: a number, a file, or `auto`. */
  readonly dark?: string | undefined;
  /** A picture whose zeros are left out when the light is found. */
  readonly mask?: string | undefined;
}

export interface CorrectOptions extends FrameOptions {
  /** Files, folders, patterns. */
  readonly pictures: readonly string[];
  /** Folder of the results. */
  readonly out: string;
  /** Each file has a light of its own; else all pictures of one size share one. */
  readonly each: boolean;
  /** A file with the light: float, one page for each channel. It is found from the pictures when absent. */
  readonly light?: string | undefined;
  /** A picture of an empty, even field, from which the light is taken. */
  readonly flat?: string | undefined;
  /** Folder of a specimen's prior, by which the light is found. */
  readonly prior?: string | undefined;
  /** All pictures are brought to the same mean brightness. */
  readonly normalise: boolean;
  /** 32-bit floats are written, whatever the inputs are. */
  readonly float: boolean;
  /** Files in the way are replaced. */
  readonly force: boolean;
}
