import type { Call } from './call.ts';

/** Imports are RootCoord's: the proxy passes each call on as it is. */
export const importFiles: Call<'import'> = (parts) => (request) => parts.rootCoord.import(request);

export const getImportState: Call<'getImportState'> = (parts) => (request) =>
  parts.rootCoord.getImportState(request);

export const listImportTasks: Call<'listImportTasks'> = (parts) => (request) =>
  parts.rootCoord.listImportTasks(request);
