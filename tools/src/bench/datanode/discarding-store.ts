import { NotFound } from '@millrace/core';
import type { ObjectStore } from '@millrace/storage';

/** Takes every object and keeps none: the price of everything but storing. */
export const discarding: ObjectStore = {
  async put() {},
  async putIfAbsent() {},
  async get(key) {
    throw new NotFound(`object ${key} was discarded`);
  },
  async stat(key) {
    throw new NotFound(`object ${key} was discarded`);
  },
  async list() {
    return { objects: [], more: false };
  },
  async remove() {},
  async close() {},
};
