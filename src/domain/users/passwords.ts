const shortest = 12
const longest = 256

/** What must be left of a password without the words that anybody knows of its user, in characters. */
const leastRest = 8

/** Why a password will not do for this user, as a sentence; null when it does. */
export const faultOfPassword = (password: string, { name, email }: Readonly<{ name: string; email: string }>): string | null => {
  const { length } = password
  if (length < shortest) return `A password has at least ${String(shortest)} characters.`
  if (length > longest) return `A password has at most ${String(longest)} characters.`
  const words = [email, ...email.split('@'), name, ...name.split(/\s+/)].map(comparable).filter((word) => word.length >= 3)
  const rest = words
    .sort((one, other) => other.length - one.length)
    .reduce((left, word) => left.replaceAll(word, ''), comparable(password))
  return rest.length < leastRest ? 'A password must not be made of the name or the e-mail address of its user.' : null
}

const comparable = (text: string): string => text.normalize('NFKC').toLowerCase()
