// The last words of a CI run: what failed and why, then the counts. A log is often read from its end.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const messageLinesMax = 12;
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const say = (line) => process.stdout.write(`${line}\n`);

function tell(name, message) {
  say(`failed: ${name}`);
  for (const line of message.split('\n').slice(0, messageLinesMax)) say(`  ${line}`);
}

for (const { name, status, message, assertionResults } of report.testResults) {
  const file = relative('', name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  for (const test of failed) tell(`${file} > ${test.fullName}`, test.failureMessages.join('\n'));
  if (status === 'failed' && failed.length === 0) tell(file, message);
}
say(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests} skipped`);
