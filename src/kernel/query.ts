/** What one column may hold on its way to Postgres. Arrays and objects go to `jsonb` or array columns. */
export type SqlValue = string | number | boolean | null | Date | Uint8Array | readonly unknown[] | object

/** A question to the read models: SQL with its values apart, and the row it answers with. */
export type Query<Row> = Readonly<{ text: string; values: readonly SqlValue[]; row?: Row }>

/** Writes a question as a template; every `${value}` becomes a parameter, never part of the text. */
export const query = <Row>(strings: TemplateStringsArray, ...values: readonly SqlValue[]): Query<Row> => ({
  text: strings.reduce((text, part, index) => `${text}$${String(index)}${part}`),
  values,
})

/** What stands for a value in the text of a question. */
export type ToParameter = (value: SqlValue) => string

/** Collects the values of a question whose text is put together, and answers what stands for each. */
export const parameters = (): Readonly<{ values: readonly SqlValue[]; value: ToParameter }> => {
  const values: SqlValue[] = []
  return { values, value: (one) => `$${String(values.push(one))}` }
}
