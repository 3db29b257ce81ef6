// Everything of axios that we use, in one import: in CommonJS each import of the default export
// copies axios's namespace.
export { Axios, AxiosError, AxiosHeaders, CanceledError, default as axios, getAdapter } from 'axios'
