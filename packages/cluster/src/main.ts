#!/usr/bin/env node
import { checkNode } from './node-version.ts';

checkNode(process.version);
const { runCommandLine } = await import('./command-line.ts');
await runCommandLine(process.argv);
