select name from destination
