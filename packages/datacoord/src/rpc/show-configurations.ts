import type { Call } from './call.ts';

/** Items whose key begins with `datacoord.` and the pattern, in lower case. Source: spec datacoord §2.16. */
export const showConfigurations: Call<'showConfigurations'> =
  ({ settings }) =>
  ({ pattern }) => {
    const prefix = `datacoord.${pattern.toLowerCase()}`;
    return {
      configuations: Object.entries(settings.configurations)
        .map(([key, value]) => ({ key: key.toLowerCase(), value }))
        .filter(({ key }) => key.startsWith(prefix)),
    };
  };
