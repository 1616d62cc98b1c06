/** In the stream of a change set: what it did was undone by the change set `by`. */
export type ChangeSetEvent = { type: 'ChangeSetUndone'; data: { by: string } }
