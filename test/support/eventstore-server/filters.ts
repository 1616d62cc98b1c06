import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import type { Stored } from './store.ts'

/** Which events a read wants: a regular expression or prefixes, on the stream's name or the event's type. */
export const matcherOf = (filter: ReadReq.Options.FilterOptions | undefined): ((event: Stored) => boolean) => {
  const onStream = filter?.getStreamIdentifier()
  const expression = onStream ?? filter?.getEventType()
  if (expression === undefined) return () => true
  const subject = (event: Stored) => (onStream === undefined ? event.type : event.stream)
  const prefixes = expression.getPrefixList()
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => subject(event).startsWith(prefix))
  const pattern = new RegExp(expression.getRegex())
  return (event) => pattern.test(subject(event))
}
