require('axios')
