// All that we use of axios, in one import: in CommonJS each further one is a `require`, and each of
// the default export a copy of the namespace, at every start.
export { Axios, AxiosError, AxiosHeaders, CanceledError, default as axios, getAdapter } from 'axios'
