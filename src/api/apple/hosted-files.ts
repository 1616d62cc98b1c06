import type { Tickets } from '../tickets.ts'

/** Where devices fetch what this server hosts for them: URLs that cannot be guessed, the same for the same thing for ever. */
export type HostedFiles = Readonly<{
  manifestOfPackage: (packageId: string) => Promise<string>
  manifestOfAdmin: (manifestId: string) => Promise<string>
  packageFile: (packageId: string) => Promise<string>
  /** What a token out of such a URL stands for; null for one that was not made here. */
  find: (token: string) => Promise<Readonly<{ kind: 'package' | 'manifest'; id: string }> | null>
}>

const purpose = 'hosted-file'

export const hostedFiles = (publicUrl: string, tickets: Tickets): HostedFiles => {
  const tokenOf = (kind: 'package' | 'manifest', id: string) => tickets.issue(purpose, [kind, id], null)
  const manifestAt = (token: string) => `${publicUrl}/mdm/apple/manifests/${token}.plist`
  return {
    manifestOfPackage: async (packageId) => manifestAt(await tokenOf('package', packageId)),
    manifestOfAdmin: async (manifestId) => manifestAt(await tokenOf('manifest', manifestId)),
    packageFile: async (packageId) => `${publicUrl}/mdm/apple/packages/${await tokenOf('package', packageId)}.pkg`,
    find: async (token) => {
      const [kind, id] = (await tickets.read(purpose, token)) ?? []
      return (kind === 'package' || kind === 'manifest') && id !== undefined ? { kind, id } : null
    },
  }
}
