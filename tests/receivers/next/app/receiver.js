// What server.mjs made before Next started: the handlers are built into files of their own, which share no module.
export const { macSecret, readEvent, record, sessions } = globalThis.receiver ?? {};
