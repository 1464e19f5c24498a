import { Invalid } from '@millrace/core';

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names of collections, partitions, fields and aliases: a letter or an underscore, then letters, digits and underscores. */
export function requireName(kind: string, name: string, lengthMax: number): void {
  if (name === '') throw new Invalid(`${kind} name should not be empty`);
  if (Buffer.byteLength(name) > lengthMax)
    throw new Invalid(`Invalid ${kind} name: ${name}. It has more than ${lengthMax} bytes: shorten it`);
  if (!namePattern.test(name))
    throw new Invalid(
      `Invalid ${kind} name: ${name}. It must begin with a letter or an underscore and hold only letters, digits and underscores`,
    );
}
