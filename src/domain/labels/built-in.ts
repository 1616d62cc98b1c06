/** Labels that every server has; nobody makes, edits or deletes them. `platform` is null for the one of all hosts. */
export const builtInLabels = [
  { id: '1', name: 'All Hosts', platform: null },
  { id: '2', name: 'macOS', platform: 'darwin' },
  { id: '3', name: 'iOS', platform: 'ios' },
  { id: '4', name: 'iPadOS', platform: 'ipados' },
  { id: '5', name: 'MS Windows', platform: 'windows' },
] as const

export const isBuiltIn = (labelId: string): boolean => builtInLabels.some(({ id }) => id === labelId)

/** True for a name that a built-in label has, without regard to case. */
export const isBuiltInName = (name: string): boolean =>
  builtInLabels.some((label) => label.name.toLowerCase() === name.trim().toLowerCase())
