/** How long user settings wait for a user channel after enrollment, before they count as failed. */
export const userChannelWaitMs = 2 * 60 * 60 * 1000
