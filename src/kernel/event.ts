/** Who caused an event: one person or one machine. `id` is a name that an auditor can look up, never a secret. */
export type Actor = Readonly<{ kind: 'admin' | 'device' | 'agent' | 'worker' | 'importer' | 'server'; id: string }>

/**
 * Why something is done now. `id` names this one intent: event ids derive from it, so that a retried handler appends nothing twice.
 * `correlationId` is shared by everything that follows from one outside impulse; `causationId` is the event or request just before.
 */
export type Cause = Readonly<{ id: string; actor: Actor; correlationId: string; causationId: string }>

export type AnyEvent = Readonly<{ type: string; data: object }>
export type AnyCommand = Readonly<{ type: string; data: object }>

/** A position in the whole log: opaque, of fixed length per engine, ordered as strings compare. Never do arithmetic on it. */
export type Position = string

/** What every event carries besides its data. Names with a dollar sign are those that event-store tools know. */
export type Metadata = Readonly<{
  $correlationId: string
  $causationId: string
  actor: Actor
  /** ISO 8601, from the clock of the process that appended. */
  at: string
  hostIds: readonly string[]
}>

/** An event as it stands in a stream, seen by `evolve`: with its time. */
export type Happened<E extends AnyEvent> = E & Readonly<{ at: string }>

/** An event with its whole envelope, as projections, work tables and auditors see it. */
export type Recorded<E extends AnyEvent = AnyEvent> = E &
  Readonly<{
    eventId: string
    /** The part of the stream's name after the category. */
    id: string
    category: string
    revision: number
    position: Position
    at: string
    metadata: Metadata
  }>

/** The member of an event union that has this type name. */
export type OfType<E extends AnyEvent, T extends E['type']> = Extract<E, { type: T }>
