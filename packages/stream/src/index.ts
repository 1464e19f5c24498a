export * from './message-stream.ts';
