/** The person at the command line asked for something that cannot be done; the message says what to do instead. */
export class UsageError extends Error {}
