require('axios-caspio-auth')
