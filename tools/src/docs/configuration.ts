import { environmentName, type OptionDefinition, optionKeys, optionTable } from '@millrace/runtime';

/** The page docs/configuration.md, made from the one options table. */
export function configurationPage(): string {
  const rows = optionKeys().map((key) => {
    const definition: OptionDefinition = optionTable[key];
    return `| \`${key}\` | \`${environmentName(key)}\` | ${shown(definition)} | ${definition.doc.replaceAll('|', '\\|')} |`;
  });
  return [
    '# Configuration',
    '',
    'Made from the options table by a test; do not edit. A value comes from, in this order: `--set key=value`, the environment, the `milvus.yaml` that',
    '`--config` or `MILVUSCONF` names, the default. Keys are compared without case, `.`, `_` and `/`. Keys of other roles are left alone; a value that',
    'cannot be right ends the process with a line that names key, value and source.',
    '',
    '| key | environment | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function shown(definition: OptionDefinition): string {
  switch (definition.type) {
    case 'text':
      return definition.default === '' ? '' : `\`${definition.default}\``;
    case 'choice':
      return definition.choices
        .map((choice) => (choice === definition.default ? `**${choice}**` : choice))
        .join(', ');
    case 'boolean':
    case 'number':
      return String(definition.default);
  }
}
