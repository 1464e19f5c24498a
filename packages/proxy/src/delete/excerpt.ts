const lengthMax = 100;

/** What an error quotes of a text: clients may send megabytes. */
export function excerpt(text: string): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax).toWellFormed()}…`;
}
