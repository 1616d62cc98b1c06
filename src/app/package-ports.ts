/** A file as it lies in the package store: its SHA-256 (lower-case hex), and that of each piece of `chunkSize` bytes. */
export type StoredPackage = Readonly<{ size: number; sha256: string; chunkSize: number; chunks: readonly string[] }>

/** A file is larger than may be stored; nothing of it was kept. */
export class PackageTooLarge extends Error {
  override readonly name = 'PackageTooLarge'
}

/** Software packages, by SHA-256. They are too large for the log; what is known of them is in it. Back them up. */
export type PackageStore = Readonly<{
  /**
   * Takes a file in as it comes, never as a whole in memory. `check` sees its first 4 bytes (fewer when it is shorter) and may throw. Throws
   * `PackageTooLarge` beyond `limit` bytes. Nothing is kept of what failed; a file that is there already stays as it is.
   */
  receive: (
    bytes: AsyncIterable<Uint8Array>,
    options: Readonly<{ limit: number; check: (head: Uint8Array) => void }>,
  ) => Promise<StoredPackage>
  /** The path of the file on this machine, or null when it is not here. */
  locate: (sha256: string) => Promise<string | null>
  remove: (sha256: string) => Promise<void>
  /** Of all that are here, in order. */
  all: () => Promise<readonly string[]>
}>
