import type { Content } from '../../kernel/content.ts'

/**
 * Why a host was left where it was. `moved-since`: somebody moved it after the transfer was asked for; `elsewhere`: it was not where it was to be taken
 * from; `forgotten`: it was, meanwhile; `team-deleted`: there was no team to go to any more; `unknown`: there is no such host.
 */
export type LeftBecause = 'moved-since' | 'elsewhere' | 'forgotten' | 'team-deleted' | 'unknown'

/** Hosts that were left for one reason; `hostIds` are the first of them. */
export type Left = Readonly<{ because: LeftBecause; hosts: number; hostIds: readonly string[] }>

/** What became of hosts: moved, in the team already, and left where they were. */
export type Tally = Readonly<{ moved: number; alreadyThere: number; left: readonly Left[] }>

/** Many hosts that go to a team by one intent: asked for at once, carried out batch by batch. */
export type TransferEvent =
  /**
   * `list` holds the ids of the hosts, one a line, in the order in which they are cut into batches of `batchSize`. With `from`, only hosts that are
   * still there are moved.
   */
  | {
      type: 'TransferRequested'
      data: { teamId: string; from?: string; hosts: number; batchSize: number; list: Content }
    }
  /** The batch of this number (from 0) is over; `done`: how many hosts were dealt with so far, in all batches. */
  | { type: 'TransferContinued'; data: Tally & { batch: number; done: number } }
  /** All of them. */
  | { type: 'TransferEnded'; data: Tally }
