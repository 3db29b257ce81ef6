import 'axios-caspio-auth'
