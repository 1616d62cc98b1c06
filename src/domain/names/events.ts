export type NameEvent =
  | { type: 'NamesClaimed'; data: { holder: string; names: readonly string[] } }
  | { type: 'NamesReleased'; data: { holder: string } }
