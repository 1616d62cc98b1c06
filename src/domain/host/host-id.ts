import { derivedNumber } from '../../kernel/ids.ts'

/**
 * The host that a device is: the same hardware id (Apple's UDID, compared without case) is always the same host, so that no look-up and no
 * race can make two of it. A number, because the admin API's clients expect one.
 */
export const hostIdOf = (hardwareId: string): string => derivedNumber(`host/${hardwareId.toUpperCase()}`)
