/** The first sentence of the docstring that the text ends with; '' where it ends with none. */
export function meaningBefore(text: string): string {
  if (!text.trimEnd().endsWith('*/')) return '';
  const comment = text.slice(text.lastIndexOf('/**')).replace(/\/\*\*|\*\/|^\s*\* ?/gm, ' ');
  const sentence = /^(.*?[.:])(?:\s+[A-Z]|\s*$)/.exec(comment.replace(/\s+/g, ' ').trim())?.[1] ?? '';
  // What a colon announces is left out.
  return sentence.replace(/:$/, '.');
}
