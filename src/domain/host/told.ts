/** What happened in one plain sentence, and why in another where the event says it. */
export type Told = Readonly<{ sentence: string; why: string | null }>

export const said = (sentence: string, why: string | null = null): Told => ({ sentence, why })
