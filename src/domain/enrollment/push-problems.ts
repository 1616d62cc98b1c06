/** Why the push service did not take the last push to a channel, and what follows; both are clauses. */
export type PushRefusal = Readonly<{ why: string; follows: string }>

const servedWhenItCalls = 'the host gets it when it calls by itself'
const untilCertificate = `it is woken once the server has a push certificate that the service takes; until then ${servedWhenItCalls}`

const newToken = 'tells a new push token when it enrolls again'

/** What the reasons of the push services mean to an admin. https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
const known: Readonly<Record<string, PushRefusal>> = {
  BadDeviceToken: {
    why: 'its push token is not one of this push certificate (BadDeviceToken)',
    follows: `${servedWhenItCalls}, or ${newToken}`,
  },
  DeviceTokenNotForTopic: {
    why: 'its push token is for another topic than the push certificate (DeviceTokenNotForTopic)',
    follows: `${servedWhenItCalls}, or ${newToken}`,
  },
  MissingDeviceToken: { why: 'it told no push token (MissingDeviceToken)', follows: `${servedWhenItCalls}, or ${newToken}` },
  SecretGone: { why: 'the key of its push token is gone', follows: servedWhenItCalls },
  'no push certificate': { why: 'the server has no push certificate for its topic', follows: untilCertificate },
  TopicDisallowed: { why: 'the push certificate is not for its topic (TopicDisallowed)', follows: untilCertificate },
  BadCertificate: { why: 'the push service does not take the push certificate (BadCertificate)', follows: untilCertificate },
  BadCertificateEnvironment: {
    why: 'the push certificate is for the other environment of the push service (BadCertificateEnvironment)',
    follows: untilCertificate,
  },
  NotAChannel: {
    why: 'its push address is none of Microsoft’s (NotAChannel)',
    follows: `${servedWhenItCalls}, and tells a new address then`,
  },
  ChannelGone: { why: 'its push address has ended (ChannelGone)', follows: `${servedWhenItCalls}, and tells a new address then` },
}

/** What the problem that is remembered of a channel's last push says. */
export const pushRefusal = (problem: string): PushRefusal => {
  if (Object.hasOwn(known, problem)) return known[problem] ?? otherwise(problem)
  if (/CERTIFICATE|UNKNOWN_CA/.test(problem))
    return { why: `the push service does not take the push certificate (${problem})`, follows: untilCertificate }
  return otherwise(problem)
}

const otherwise = (problem: string): PushRefusal => ({
  why: `the push service said: ${problem}`,
  follows: `the push is tried again, and ${servedWhenItCalls}`,
})

/** That `subject` (such as "The host") cannot be woken, and what follows, as two sentences. */
export const notWoken = (subject: string, problem: string): Readonly<{ sentence: string; why: string }> => {
  const { why, follows } = pushRefusal(problem)
  return { sentence: `${subject} cannot be woken: ${why}.`, why: `${follows.charAt(0).toUpperCase()}${follows.slice(1)}.` }
}
