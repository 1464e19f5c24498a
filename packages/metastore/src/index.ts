export * from './meta-store.ts';
