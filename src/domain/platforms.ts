/** What a host runs, in the words of the admin API. */
export type Platform = 'darwin' | 'ios' | 'ipados' | 'windows' | 'linux'

/** The kind of settings that a platform takes. Hosts of one family share cohorts. */
export type PlatformFamily = 'apple' | 'windows'

/** The channel of a host on which requests travel: the device itself, its agent, or one of its users by enrollment id. */
export type Channel = string

export const deviceChannel: Channel = 'device'

/** What travels on this channel is a script, and the agent on the host runs it. */
export const agentChannel: Channel = 'agent'

/** Tells the platform from Apple's product name (`Mac14,7`, `iPhone15,2`, `iPad13,1`, `VirtualMac2,1`). */
export const platformOf = (productName: string): Platform => {
  if (productName.startsWith('iPhone') || productName.startsWith('iPod')) return 'ios'
  return productName.startsWith('iPad') ? 'ipados' : 'darwin'
}
