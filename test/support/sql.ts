import pg from 'pg'

/** What tests ask or change in a server's database behind its back: to make time pass, to make it wait. */
export const sqlOn = async <Row extends pg.QueryResultRow>(url: string, statement: string): Promise<readonly Row[]> => {
  const client = await connectionTo(url)
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}

/** Holds what `statement` locks, on a connection of its own, until the result is called. */
export const holding = async (url: string, statement: string): Promise<() => Promise<void>> => {
  const client = await connectionTo(url)
  await client.query('begin')
  await client.query(statement)
  return () => client.end()
}

const connectionTo = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}
