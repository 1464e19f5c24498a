export const messageBytes = 64 * 1024;
export const messagesInFlight = 32;
/** Of one run: 256 MiB. */
export const messages = 4_096;
