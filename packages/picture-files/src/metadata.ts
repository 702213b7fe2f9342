// What a file tells beside its pixels, kept as bytes for the file that is written from it.

/** A tag of a TIFF, its values in the file's byte order. */
export interface TiffTag {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly bytes: Buffer;
}

export type Metadata =
  | {
      readonly kind: 'tiff';
      readonly littleEndian: boolean;
      /** The file's pages were compressed. */
      readonly compressed: boolean;
      /** The file's planes lie one after the other. */
      readonly planar: boolean;
      /** The first three numbers of a pixel are red, green and blue. */
      readonly rgb: boolean;
      /** The tags of a page that say nothing of how its pixels are stored. */
      tags(page: number): Promise<TiffTag[]>;
    }
  /** Chunks of a PNG or segments of a JPEG, whole: EXIF, colour profile, XMP, texts, resolution. */
  | { readonly kind: 'png' | 'jpeg'; readonly parts: readonly Buffer[] }
  | { readonly kind: 'none' };
