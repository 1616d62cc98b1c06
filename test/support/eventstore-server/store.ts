/** What a writer may expect of a stream. */
export type Expectation = 'any' | 'no_stream' | 'stream_exists' | number

export type Proposed = Readonly<{ id: string; type: string; contentType: string; data: Uint8Array; metadata: Uint8Array }>

export type Stored = Proposed &
  Readonly<{
    stream: string
    revision: number
    /** Both the commit and the prepare position. */
    position: bigint
    /** In steps of 100 ns since 1970. */
    created: bigint
  }>

export type Outcome =
  | Readonly<{ kind: 'done'; revision: number; position: bigint }>
  | Readonly<{ kind: 'conflict'; current: number }>
  | Readonly<{ kind: 'deleted' }>
  | Readonly<{ kind: 'too-large'; limit: number }>
  | Readonly<{ kind: 'nameless' }>

/** The log of one server, in memory. It outlives the server, so that a restart finds it again. */
export type Store = Readonly<{
  append: (stream: string, events: readonly Proposed[], expected: Expectation) => Outcome
  softDelete: (stream: string, expected: Expectation) => Outcome
  tombstone: (stream: string, expected: Expectation) => Outcome
  /** Everything, in order, the store's own events too. Grows in place. */
  all: readonly Stored[]
  /** A stream's visible events, `absent` when there are none or it was deleted softly. */
  streamOf: (stream: string) => readonly Stored[] | 'absent' | 'deleted'
  /** Calls back after every append, until the answer is called. */
  watch: (changed: () => void) => () => void
  /** What a restart does to the ids that appends expecting `any` are compared with. */
  forgetIds: () => void
}>

/** Deleted softly: everything before this revision is hidden. */
const deletedSoftly = '{"$tb":9223372036854775807}'

export const inMemoryStore = ({ maxAppendSize = 1_048_576 }: Readonly<{ maxAppendSize?: number }> = {}): Store => {
  const all: Stored[] = []
  const streams = new Map<string, Stored[]>()
  const tombstones = new Set<string>()
  const knownIds = new Map<string, Stored>()
  const watchers = new Set<() => void>()
  let end = 1_000n

  const eventsOf = (stream: string): readonly Stored[] => streams.get(stream) ?? []

  const stateOf = (stream: string) => {
    const last = eventsOf(stream).length - 1
    const metadata = eventsOf(`$$${stream}`).at(-1)
    const { $tb: hiddenBefore = 0, $maxCount: most = Infinity } = metadata === undefined ? {} : limitsIn(metadata)
    return {
      last,
      hasMetadata: metadata !== undefined,
      hiddenBefore,
      most,
      softlyDeleted: hiddenBefore > Number.MAX_SAFE_INTEGER,
    }
  }

  const write = (stream: string, events: readonly Proposed[]): Outcome => {
    const before = streams.get(stream) ?? []
    streams.set(stream, before)
    for (const event of events) {
      // Gaps, so that nobody counts on the next position.
      end += BigInt(80 + event.data.length + event.metadata.length)
      const stored = { ...event, stream, revision: before.length, position: end, created: BigInt(Date.now()) * 10_000n }
      before.push(stored)
      all.push(stored)
      knownIds.set(`${stream}\n${event.id}`, stored)
    }
    for (const changed of [...watchers]) changed()
    return { kind: 'done', revision: before.length - 1, position: end }
  }

  const repeated = (stream: string, events: readonly Proposed[], expected: Expectation): Outcome | undefined => {
    const known = events.map(({ id }, index) =>
      expected === 'any' || expected === 'stream_exists'
        ? knownIds.get(`${stream}\n${id}`)
        : eventsOf(stream)
            .slice((expected === 'no_stream' ? -1 : expected) + 1 + index)
            .slice(0, 1)
            .find((stored) => stored.id === id),
    )
    if (known[0] === undefined) return undefined
    const last = known.at(-1)
    if (last === undefined || known.includes(undefined)) return { kind: 'conflict', current: stateOf(stream).last }
    return { kind: 'done', revision: last.revision, position: last.position }
  }

  const accepts = (stream: string, expected: Expectation): true | Outcome => {
    const { last, softlyDeleted, hasMetadata } = stateOf(stream)
    if (expected === 'stream_exists' && softlyDeleted) return { kind: 'deleted' }
    const accepted =
      expected === 'any' ||
      (expected === 'no_stream' && (last === -1 || softlyDeleted)) ||
      (expected === 'stream_exists' && (last >= 0 || hasMetadata)) ||
      expected === last
    return accepted || { kind: 'conflict', current: last }
  }

  const removing =
    (remove: (stream: string) => Outcome) =>
    (stream: string, expected: Expectation): Outcome => {
      if (tombstones.has(stream)) return { kind: 'deleted' }
      const { last, hasMetadata } = stateOf(stream)
      if (last === -1 && !hasMetadata) return { kind: 'conflict', current: -1 }
      const accepted = accepts(stream, expected)
      return accepted === true ? remove(stream) : accepted
    }

  return {
    all,

    append: (stream, events, expected) => {
      if (stream === '' || events.some(({ type }) => type === '')) return { kind: 'nameless' }
      if (tombstones.has(stream)) return { kind: 'deleted' }
      // As the real one counts: two bytes for each UTF-16 unit of a type.
      const size = events.reduce((sum, { data, metadata, type }) => sum + data.length + metadata.length + 2 * type.length, 0)
      if (size > maxAppendSize) return { kind: 'too-large', limit: maxAppendSize }
      const accepted = accepts(stream, expected)
      const first =
        accepted !== true || expected === 'any' || expected === 'stream_exists' ? repeated(stream, events, expected) : undefined
      if (first !== undefined) return first
      if (accepted !== true) return accepted
      // Success, and nothing is there: reading a new stream says so, and the next append still begins it.
      if (events.length === 0) return { kind: 'done', revision: Math.max(0, stateOf(stream).last), position: end }
      const { softlyDeleted, last } = stateOf(stream)
      if (softlyDeleted) write(`$$${stream}`, [ownEvent('$metadata', `{"$tb":${String(last + 1)}}`)])
      return write(stream, events)
    },

    softDelete: removing((stream) => write(`$$${stream}`, [ownEvent('$metadata', deletedSoftly)])),

    tombstone: removing((stream) => {
      const outcome = write(stream, [ownEvent('$streamDeleted', '{}')])
      tombstones.add(stream)
      return outcome
    }),

    streamOf: (stream) => {
      if (tombstones.has(stream)) return 'deleted'
      const { last, hiddenBefore, most, softlyDeleted } = stateOf(stream)
      if (last === -1 || softlyDeleted) return 'absent'
      return eventsOf(stream).filter(({ revision }) => revision >= hiddenBefore && revision > last - most)
    },

    watch: (changed) => {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },

    forgetIds: () => knownIds.clear(),
  }
}

let ownEvents = 0

/** An event of the server itself. */
export const ownEvent = (type: string, json: string): Proposed => {
  ownEvents += 1
  const id = `00000000-0000-4000-8000-${ownEvents.toString(16).padStart(12, '0')}`
  return { id, type, contentType: 'application/json', data: Buffer.from(json), metadata: new Uint8Array() }
}

const limitsIn = ({ data }: Stored): Readonly<{ $tb?: number; $maxCount?: number }> =>
  JSON.parse(Buffer.from(data).toString()) as Readonly<{ $tb?: number; $maxCount?: number }>
