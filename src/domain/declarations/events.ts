/** What a host says of one declaration; `token` is that of the version that it speaks of. */
export type DeclarationState = Readonly<{
  identifier: string
  token: string
  status: 'verified' | 'verifying' | 'failed'
  detail: string | null
}>

export type DeclarationEvent =
  /** The host was told that its declarations have this token now. */
  | { type: 'DeclarationsAnnounced'; data: { token: string; commandId: string } }
  /** What changed since it last spoke of them. `gone` are those that it no longer has. */
  | { type: 'DeclarationsReported'; data: { changed: readonly DeclarationState[]; gone: readonly string[] } }
  /** Status items by their names, those that changed. */
  | { type: 'StatusReported'; data: { items: Readonly<Record<string, string | number | boolean>> } }
