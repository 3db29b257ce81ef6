// The default export alone, and here alone: an old axios or a mock lacks some of the named exports,
// and in CommonJS each import of the default export copies axios's namespace.
export { default as axios } from 'axios'
