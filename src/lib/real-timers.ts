/**
 * The timers as they were when this module was loaded. Tests that fake timers later do not fake the
 * network: a faked minute must not end a real token request.
 */
export const { setTimeout, clearTimeout } = globalThis
