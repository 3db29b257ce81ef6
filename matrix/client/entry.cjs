const { inspect } = require('node:util')
const axios = require('axios')
const { attachCaspioAuth, isCaspioAuthError } = require('axios-caspio-auth')

const cell = JSON.parse(process.env.MATRIX_CELL)
import('./checks.js')
  .then(({ runChecks }) =>
    runChecks({ ...cell, axios, attachCaspioAuth, isCaspioAuthError, inspect }),
  )
  .then((outcomes) => console.log(JSON.stringify(outcomes)))
