/** The files of this folder that measure a cost, in the order of the table. */
export const COSTS = ['time-stubbed', 'time-loopback', 'bytes', 'heap', 'import-time']
