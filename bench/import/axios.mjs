import 'axios'
