/** One caller's piece of a batch. No two pieces with the same key are in one batch; those that wait keep their order. */
export type Piece = Readonly<{ key: string; bytes: number }>

export type GroupCommitterOptions<P extends Piece, R> = Readonly<{
  /** Writes a batch, and answers with one result for each piece, in order. A throw fails the whole batch. */
  write: (batch: readonly P[]) => Promise<readonly R[]>
  /** Thrown to those who come when too much waits already. */
  overflow: () => Error
  /** Whether, after this failure of a batch, its pieces are to be written one by one. */
  worthSplitting: (error: unknown) => boolean
  limits?: Readonly<{ batchPieces: number; batchBytes: number; waitingPieces: number; waitingBytes: number }>
}>

export type GroupCommitter<P, R> = Readonly<{
  /** Resolves when the piece is written, with its own result. */
  commit: (piece: P) => Promise<R>
  /** Resolves when nothing waits and nothing is being written. */
  idle: () => Promise<void>
}>

/** Collects pieces while the previous batch is being written, so that many callers share the cost of one commit. */
export const groupCommitter = <P extends Piece, R>(options: GroupCommitterOptions<P, R>): GroupCommitter<P, R> => {
  const limits = options.limits ?? { batchPieces: 500, batchBytes: 4 << 20, waitingPieces: 20_000, waitingBytes: 128 << 20 }
  const lines = new Map<string, Waiting<P, R>[]>()
  let pieces = 0
  let bytes = 0
  let running: Promise<void> | undefined

  const takeBatch = (): readonly Waiting<P, R>[] => {
    const batch: Waiting<P, R>[] = []
    let batchBytes = 0
    for (const [first] of lines.values()) {
      if (first === undefined) continue
      if (batch.length > 0 && batchBytes + first.piece.bytes > limits.batchBytes) break
      batch.push(first)
      batchBytes += first.piece.bytes
      if (batch.length === limits.batchPieces) break
    }
    for (const { piece } of batch) {
      const line = lines.get(piece.key) ?? []
      line.shift()
      // What is left of this line goes to the end: a busy key must not starve the others.
      lines.delete(piece.key)
      if (line.length > 0) lines.set(piece.key, line)
    }
    pieces -= batch.length
    bytes -= batchBytes
    return batch
  }

  const writeBatch = async (batch: readonly Waiting<P, R>[]): Promise<void> => {
    try {
      const results = await options.write(batch.map(({ piece }) => piece))
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index]
        if (result === undefined) reject(new Error('A batch was written, but not every piece has a result.'))
        else resolve(result)
      })
    } catch (error) {
      if (batch.length === 1 || !options.worthSplitting(error)) for (const { reject } of batch) reject(error)
      else for (const waiting of batch) await writeBatch([waiting])
    }
  }

  const run = async (): Promise<void> => {
    // Callers of the same turn of the event loop are to share the first batch.
    await Promise.resolve()
    while (pieces > 0) await writeBatch(takeBatch())
    running = undefined
  }

  return {
    commit: (piece) =>
      new Promise((resolve, reject) => {
        if (pieces >= limits.waitingPieces || bytes + piece.bytes > limits.waitingBytes) return reject(options.overflow())
        const line = lines.get(piece.key) ?? []
        line.push({ piece, resolve, reject })
        lines.set(piece.key, line)
        pieces++
        bytes += piece.bytes
        running ??= run()
      }),
    idle: async () => {
      while (running !== undefined) await running
    },
  }
}

type Waiting<P, R> = Readonly<{ piece: P; resolve: (result: R) => void; reject: (error: unknown) => void }>
