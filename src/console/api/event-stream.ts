/** The data of each server-sent event of an answer, in order, until it ends. */
export const eventsOf = async function* (body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let waiting = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const parts = `${waiting}${value}`.split('\n\n')
    waiting = parts.pop() ?? ''
    for (const part of parts) {
      const data = part.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []))
      if (data.length > 0) yield data.join('\n')
    }
  }
}
