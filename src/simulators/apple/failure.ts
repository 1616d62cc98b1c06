/**
 * Why a simulated device could not go on: the server `refused` (any status that is no success), or took management away (`unenrolled`),
 * or did not answer after all tries (`unreachable`); its reply, profile or certificate made no sense (`bad-reply`, `bad-profile`, `scep`);
 * or the device is `not-enrolled`.
 */
export type DeviceFailureCode = 'refused' | 'unenrolled' | 'unreachable' | 'bad-reply' | 'bad-profile' | 'scep' | 'not-enrolled'

export class DeviceFailure extends Error {
  override readonly name = 'DeviceFailure'
  readonly code: DeviceFailureCode
  /** The HTTP status, where there was one. */
  readonly status: number | undefined

  constructor(code: DeviceFailureCode, message: string, options: Readonly<{ status?: number; cause?: unknown }> = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.status = options.status
  }
}
